import test from 'ava';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { DecisionKind, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { PROOFING } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();
const ALLISON = 'allison_en';
const CARLO = 'carlo_it';
const CALL = `${ALLISON}/call-1.wav`;

/** A record of VERIFY with this value. */
const verifyAs = (value: ConsentValue) => ({ purposes: [{ purpose: Purpose.VERIFY, value }] });

for (const [said, value] of [
  ['a refusal', ConsentValue.REFUSED],
  ['not having been asked', ConsentValue.NOT_ASKED],
] as const) {
  test(`${said} grants nothing: all audio is dropped unread`, async (t) => {
    const tenant = await service().tenant();
    const { state } = await tenant.grant(ALLISON, verifyAs(value));
    t.false(state!.purposes.some(({ granted }) => granted));
    const call = tenant.open([ALLISON]);
    await call.speech(CALL);
    await call.end();
    t.is(wordOf(call.decision), 'CONSENT_MISSING');
    t.is(call.decision.claims[0]!.consentEventId, '');
    t.like(call.all('ended')[0], { audioMs: 15_550, droppedMs: 15_550, netSpeechMs: 0 });
    t.is((await failure(tenant.enrolFrom(CALL, { speakerId: ALLISON }))).reason, 'CONSENT_MISSING');
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: ALLISON });
    t.deepEqual(voiceprints, []);
  });
}

test('a call that claims nobody, or somebody who is not known, is not heard', async (t) => {
  const tenant = await service().tenant();
  const [nobody, unknown] = [tenant.open([]), tenant.open(['nobody-knows'])];
  for (const call of [nobody, unknown]) {
    await call.speech(CALL, 0, 5000);
    await call.end();
    t.like(call.all('ended')[0], { audioMs: 5000, droppedMs: 5000, netSpeechMs: 0 });
  }
  t.is(wordOf(nobody.decision), 'SPEAKER_ID_NOT_PROVIDED');
  t.is(wordOf(unknown.decision), 'SPEAKER_NOT_ENROLLED');
});

test('enrolment without a grant, or from a call that does not claim the speaker, is refused', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant(ALLISON, verifyAs(ConsentValue.REFUSED));
  const call = tenant.open([ALLISON]);
  await call.event('decision');
  const from = (speakerId: string) =>
    tenant.enrolment.enrolFromCall({
      callId: call.callId,
      speakerId,
      proofing: PROOFING,
      idempotencyKey: speakerId,
    });
  t.is((await failure(from(ALLISON))).reason, 'CONSENT_MISSING');
  t.is((await failure(from(CARLO))).reason, 'SPEAKER_NOT_CLAIMED');
  await call.end();
  t.is((await failure(from(ALLISON))).reason, 'CALL_NOT_FOUND');
  t.is((await failure(tenant.enrolFrom(CALL, { speakerId: CARLO }))).reason, 'CONSENT_MISSING');
});

test('a grant under a text that is not that of the notice is refused, and grants nothing', async (t) => {
  const tenant = await service().tenant();
  const notice = { noticeId: 'voice', version: 1, language: 'en', textSha256: Buffer.alloc(32, 1) };
  t.is((await failure(tenant.grant(ALLISON, { notice }))).reason, 'NOTICE_MISMATCH');
  const otherVersion = { ...notice, version: 2 };
  t.is((await failure(tenant.grant(ALLISON, { notice: otherVersion }))).reason, 'NOTICE_NOT_FOUND');
  t.is((await failure(tenant.enrolFrom(CALL, { speakerId: ALLISON }))).reason, 'CONSENT_MISSING');
});

for (const { how, decision } of [
  { how: 'withdraw', decision: 'CONSENT_MISSING' },
  { how: 'optOut', decision: 'SPEAKER_OPTED_OUT' },
] as const) {
  test(`${how} within a call is in force there when it is answered, and erases`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol(ALLISON);
    const call = tenant.open([ALLISON]);
    await call.speech(CALL, 0, 8000);
    const accepted = await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
    await call.heardUpTo(8000);
    const { voiceprintsErased } = await tenant[how](ALLISON);
    t.is(voiceprintsErased, 1);
    const change = await call.event('consentChanged');
    t.like(change, { claimNumber: 1, granted: false, consentEventId: '' });
    await call.speech(CALL, 8000);
    t.is(await call.end(), null);
    t.is(wordOf(call.decision), decision);
    t.true(call.decision.reasons.includes(ReasonCode.CONSENT_WITHDRAWN));
    t.is(call.decision.claims[0]!.consentEventId, '');
    t.is(call.decision.netSpeechMs, 0);
    const first = call.all('decision').find((each) => each.supersedesDecisionId === accepted.decisionId);
    t.is(wordOf(first), decision, 'the acceptance does not stand');
    t.like(call.all('ended')[0], { audioMs: 15_550, droppedMs: 7550 });
    t.deepEqual((await tenant.enrolment.listVoiceprints({ speakerId: ALLISON })).voiceprints, []);
    const later = tenant.open([ALLISON]);
    await later.speech(CALL, 0, 3000);
    await later.end();
    t.is(wordOf(later.decision), decision);
    t.like(later.all('ended')[0], { droppedMs: 3000, netSpeechMs: 0 });
  });
}

test('a refusal recorded within a call counts as a withdrawal', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.speech(CALL, 0, 2000);
  await call.heardUpTo(2000);
  await tenant.grant(ALLISON, verifyAs(ConsentValue.REFUSED));
  t.false((await call.event('consentChanged')).granted);
  await call.speech(CALL, 2000);
  await call.end();
  t.is(wordOf(call.decision), 'CONSENT_MISSING');
  t.is(call.all('ended')[0]!.droppedMs, 13_550);
  t.deepEqual((await tenant.enrolment.listVoiceprints({ speakerId: ALLISON })).voiceprints, []);
});

test('after a withdrawal a new grant brings no voiceprint back', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.withdraw(ALLISON);
  await tenant.grant(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.speech(CALL, 0, 5000);
  await call.end();
  t.is(wordOf(call.decision), 'SPEAKER_NOT_ENROLLED');
  t.deepEqual((await tenant.enrolment.listVoiceprints({ speakerId: ALLISON })).voiceprints, []);
});

test('a grant given within a call opens the gate from then on', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant(ALLISON, verifyAs(ConsentValue.NOT_ASKED));
  const call = tenant.open([ALLISON]);
  await call.speech(CALL, 0, 6000);
  await call.heardUpTo(6000);
  t.is(wordOf(call.decision), 'CONSENT_MISSING');
  const { eventId } = await tenant.grant(ALLISON);
  t.like(await call.event('consentChanged'), { granted: true, consentEventId: eventId });
  await tenant.enrolFrom(`${ALLISON}/enrol.wav`, { speakerId: ALLISON });
  await call.speech(CALL, 6000);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.decision.media!.startMs, 6000);
  t.is(call.decision.claims[0]!.consentEventId, eventId);
  const ended = call.all('ended')[0]!;
  t.is(ended.droppedMs, 6000);
  t.true(ended.netSpeechMs > 3000 && ended.netSpeechMs <= 9550);
});

test('of two claims only the consenting one is compared', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.enrol(CARLO);
  await tenant.withdraw(ALLISON);
  const call = tenant.open([ALLISON, CARLO]);
  await call.speech(CALL);
  await call.end();
  const of = (speakerId: string) => call.decision.claims.find((claim) => claim.speakerId === speakerId)!;
  t.is(of(ALLISON).kind, DecisionKind.CONSENT_MISSING);
  t.is(of(ALLISON).score, undefined);
  t.is(of(ALLISON).voiceprintId, '');
  t.is(of(CARLO).kind, DecisionKind.REJECT);
  t.true(of(CARLO).score !== undefined && of(CARLO).voiceprintId !== '');
  t.not(wordOf(call.decision), 'ACCEPT');
});

test('of two claims the withdrawal of one stops that one alone', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.enrol(CARLO);
  const call = tenant.open([ALLISON, CARLO]);
  await call.speech(CALL, 0, 2000);
  await call.heardUpTo(2000);
  await tenant.optOut(CARLO);
  await call.speech(CALL, 2000);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.decision.claims.find((claim) => claim.speakerId === CARLO)!.kind, DecisionKind.SPEAKER_OPTED_OUT);
  t.is(call.all('ended')[0]!.droppedMs, 0);
});

test('EnrolFromCall takes speech from after the grant alone, and its voiceprint verifies a later call', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('her-husband');
  await tenant.grant(ALLISON, verifyAs(ConsentValue.NOT_ASKED));
  // His consent lets her speech through; it is not hers to be enrolled from.
  const call = tenant.open(['her-husband', ALLISON]);
  const enrol = (idempotencyKey: string) =>
    tenant.enrolment.enrolFromCall({
      callId: call.callId,
      speakerId: ALLISON,
      proofing: PROOFING,
      idempotencyKey,
    });
  await call.speech('allison_es/call-1.wav', 0, 15_000);
  await call.speech(`${ALLISON}/call-2.wav`, 0, 16_000);
  await call.heardUpTo(31_000);
  const { eventId } = await tenant.grant(ALLISON);
  const before = call.all('progress').at(-1)!.netSpeechMs;
  t.true(before >= 20_000, `enough speech, but from before the grant: ${before}`);
  t.is((await failure(enrol('at once'))).reason, 'NOT_ENOUGH_SPEECH');
  await call.speech(`${ALLISON}/enrol.wav`, 0, 10_000);
  await call.heardUpTo(41_000);
  t.is((await failure(enrol('early'))).reason, 'NOT_ENOUGH_SPEECH');
  await call.speech(`${ALLISON}/enrol.wav`, 10_000, 20_000);
  await call.speech(`${ALLISON}/call-2.wav`, 0, 16_000);
  await call.event(
    'progress',
    ({ audioMs, netSpeechMs }) => audioMs >= 67_000 || netSpeechMs > before + 25_000,
  );
  const { voiceprint } = await enrol('in time');
  await call.end();
  t.like(voiceprint, { speakerId: ALLISON, callId: call.callId, consentEventId: eventId });
  t.true(voiceprint!.netSpeechMs >= 20_000 && voiceprint!.netSpeechMs <= 36_000);
  t.true(voiceprint!.netSpeechMs <= call.all('ended')[0]!.netSpeechMs - before + 1);
  const [genuine, impostor] = [tenant.open([ALLISON]), tenant.open([ALLISON])];
  await genuine.speech(CALL);
  await impostor.speech(`${CARLO}/call-1.wav`);
  await Promise.all([genuine.end(), impostor.end()]);
  t.is(wordOf(genuine.decision), 'ACCEPT');
  t.is(genuine.decision.claims[0]!.voiceprintId, voiceprint!.voiceprintId);
  t.is(wordOf(impostor.decision), 'REJECT');
});
