import { randomUUID } from 'node:crypto';
import test from 'ava';
import { AudioEncoding } from '../../src/gen/vouch/v1/common.js';
import { Finality, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { VoiceprintSource, VoiceprintStatus } from '../../src/gen/vouch/v1/enrolment.js';
import { Outcome } from '../../src/gen/vouch/v1/verification.js';
import { PCM } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile } from '../helpers/speech.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();

const files: readonly [path: string, speakerId: string, container: string, codec: string][] = [
  ['allison_en/call-1.wav', 'allison_en', 'wav', 'pcm_s16le'],
  ['edge/alaw.wav', 'allison_en', 'wav', 'alaw'],
  ['edge/mulaw.wav', 'allison_en', 'wav', 'mulaw'],
  ['edge/wideband-16k.wav', 'reader_en', 'wav', 'pcm_s16le'],
  ['edge/opus.ogg', 'june_fr', 'ogg', 'opus'],
  ['edge/mp3.mp3', 'june_fr', 'mp3', 'mp3'],
];

for (const [path, speakerId, container, codec] of files) {
  test(`a recording is verified: ${path}`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol(speakerId);
    const verified = await tenant.verifyRecording(fixtureFile(path), { claims: [{ speakerId }] });
    t.is(wordOf(verified.decision), 'ACCEPT');
    t.is(verified.decision?.finality, Finality.FINAL);
    t.like(verified, { container, codec });
    t.true(verified.audioMs > 12_000 && verified.audioMs < 16_000, String(verified.audioMs));
    const wrong = await tenant.verifyRecording(fixtureFile('carlo_it/call-1.wav'), {
      claims: [{ speakerId }],
    });
    t.not(wordOf(wrong.decision), 'ACCEPT');
  });
}

for (const [encoding, path] of [
  [AudioEncoding.MULAW, 'raw/allison_call.ulaw'],
  [AudioEncoding.ALAW, 'raw/allison_call.alaw'],
] as const) {
  test(`headerless audio is verified by the format that is sent along: ${path}`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol('allison_en');
    const claims = [{ speakerId: 'allison_en' }];
    const verified = await tenant.verifyRecording(fixtureFile(path), {
      claims,
      format: { ...PCM, encoding },
    });
    t.is(wordOf(verified.decision), 'ACCEPT');
    t.is(verified.audioMs, 15_550);
    t.is(
      (await failure(tenant.verifyRecording(fixtureFile(path), { claims }))).reason,
      'RECORDING_UNREADABLE',
    );
  });
}

test("of a file with two channels the caller's is verified", async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const claims = [{ speakerId: 'carlo_it' }];
  const file = fixtureFile('two-party/call.wav');
  const decide = async (callerChannel: number) =>
    wordOf((await tenant.verifyRecording(file, { claims, callerChannel })).decision);
  t.is(await decide(0), 'ACCEPT');
  t.not(await decide(1), 'ACCEPT');
  t.is(
    (await failure(tenant.verifyRecording(file, { claims, callerChannel: 2 }))).reason,
    'CALLER_CHANNEL_MISSING',
  );
});

test('a recording of two speakers settles nothing', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const { decision } = await tenant.verifyRecording(fixtureFile('edge/mixed-speakers.wav'), {
    claims: [{ speakerId: 'allison_en' }],
  });
  t.is(wordOf(decision), 'INCONCLUSIVE');
  t.true(decision?.reasons.includes(ReasonCode.SEVERAL_SPEAKERS));
});

test('without consent a recording is not even read', async (t) => {
  const tenant = await service().tenant();
  const claims = [{ speakerId: 'nobody' }];
  const verified = await tenant.verifyRecording(fixtureFile('edge/not-audio.wav'), { claims });
  t.is(wordOf(verified.decision), 'SPEAKER_NOT_ENROLLED');
  t.like(verified, { audioMs: 0, container: '', codec: '' });
});

test('the same request under the same key gives the same answer', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const start = { claims: [{ speakerId: 'allison_en' }], idempotencyKey: 'once' };
  const [first, atOnce] = await Promise.all([
    tenant.verifyRecording(fixtureFile('allison_en/call-1.wav'), start),
    tenant.verifyRecording(fixtureFile('allison_en/call-1.wav'), start),
  ]);
  t.deepEqual(atOnce, first);
  t.deepEqual(await tenant.verifyRecording(fixtureFile('allison_en/call-1.wav'), start), first);
});

for (const [path, speakerId, container, codec] of files.slice(1)) {
  test(`a voiceprint is made from ${container} with ${codec} at any rate: ${path}`, async (t) => {
    const tenant = await service().tenant();
    await tenant.grant(speakerId);
    const voiceprint = await tenant.enrolFrom(path, { speakerId, label: 'mobile' });
    t.like(voiceprint, {
      speakerId,
      label: 'mobile',
      version: 1,
      codec,
      status: VoiceprintStatus.ACTIVE,
      source: VoiceprintSource.RECORDING,
    });
    t.true(voiceprint.netSpeechMs >= 10_000);
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId });
    t.deepEqual(voiceprints, [voiceprint]);
  });
}

test('enrolment needs consent from before the recording, proof of the person, and enough speech', async (t) => {
  const tenant = await service().tenant();
  const enrol = async (path: string, start: object) => (await failure(tenant.enrolFrom(path, start))).reason;
  const speakerId = 'allison_en';
  t.is(await enrol('allison_en/enrol.wav', { speakerId }), 'CONSENT_MISSING');
  await tenant.grant(speakerId);
  const earlier = new Date(Date.now() - 3_600_000);
  t.is(await enrol('allison_en/enrol.wav', { speakerId, recordedAt: earlier }), 'CONSENT_MISSING');
  t.is(await enrol('allison_en/enrol.wav', { speakerId, proofing: undefined }), 'PROOFING_REQUIRED');
  t.is(await enrol('edge/silence.wav', { speakerId }), 'NOT_ENOUGH_SPEECH');
  t.is(await enrol('edge/clipped.wav', { speakerId }), 'NOT_ENOUGH_SPEECH');
  await tenant.optOut(speakerId);
  t.is(await enrol('allison_en/enrol.wav', { speakerId }), 'SPEAKER_OPTED_OUT');
});

test('an outcome is recorded of a decision, once a key; of no other', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const { decision } = await tenant.verifyRecording(fixtureFile('allison_en/call-1.wav'), {
    claims: [{ speakerId: 'allison_en' }],
  });
  const report = {
    decisionId: decision!.decisionId,
    outcome: Outcome.GENUINE_CONFIRMED,
    idempotencyKey: 'once',
  };
  const first = await tenant.verification.reportOutcome(report);
  t.deepEqual(await tenant.verification.reportOutcome(report), first);
  const other = tenant.verification.reportOutcome({ ...report, outcome: Outcome.FRAUD_CONFIRMED });
  t.is((await failure(other)).reason, 'IDEMPOTENCY_KEY_REUSED');
  const unknown = { ...report, decisionId: randomUUID(), idempotencyKey: 'other' };
  t.is((await failure(tenant.verification.reportOutcome(unknown))).reason, 'DECISION_NOT_FOUND');
  const stranger = await service().tenant();
  t.is((await failure(stranger.verification.reportOutcome(report))).reason, 'DECISION_NOT_FOUND');
});

test('an outcome is recorded of a decision of a call, and of an evaluation', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const { decision } = await tenant.verification.evaluateCall({ callId: call.callId, idempotencyKey: 'now' });
  t.is(await call.end(), null);
  for (const decisionId of [call.decision.decisionId, decision!.decisionId]) {
    const outcome = Outcome.QUESTIONS_PASSED;
    const told = await tenant.verification.reportOutcome({
      decisionId,
      outcome,
      idempotencyKey: randomUUID(),
    });
    t.true(told.recordedAt instanceof Date);
  }
});
