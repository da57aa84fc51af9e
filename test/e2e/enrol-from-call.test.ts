import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ProofingStrength, Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { VoiceprintStatus } from '../../src/gen/vouch/v1/enrolment.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { noticeReference, PROOFING } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, failureOf, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();

test('a caller who was accepted is enrolled anew from what is said after the first request', async (t) => {
  const enrolment = {
    ...DEFAULT_POLICY.enrolment,
    waitingPeriodMs: 0,
    minimumNetSpeechFromCallMs: 12_000,
  };
  const tenant = await service().tenant({ enrolment });
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  const enrol = () =>
    tenant.enrolment.enrolFromCall({
      callId: call.callId,
      speakerId: 'allison_en',
      label: 'mobile',
      proofing: PROOFING,
      idempotencyKey: randomUUID(),
    });
  await call.speech('allison_en/call-1.wav');
  await call.heardUpTo(15_000);
  t.is(wordOf(call.decision), 'ACCEPT');
  const { reason, metadata } = await failure(enrol());
  t.is(reason, 'NOT_ENOUGH_SPEECH');
  t.true(Number(metadata['netSpeechMs']) < 9000, metadata['netSpeechMs']);
  await call.speech('allison_en/call-2.wav');
  await call.heardUpTo(31_000);
  const { voiceprint } = await enrol();
  const models = voiceprint!.models.map(({ id }) => id);
  t.is(models.length, 2);
  t.true(models.includes('ge2e'));
  t.true(voiceprint!.netSpeechMs >= 12_000);
  await call.end();
});

test('speech of several calls adds up until there is enough, of the same person only', async (t) => {
  const enrolment = {
    ...DEFAULT_POLICY.enrolment,
    waitingPeriodMs: 0,
    minimumNetSpeechFromCallMs: 12_000,
  };
  const tenant = await service().tenant({ enrolment });
  await tenant.grant('allison_en');
  /** Asks until it is refused with so much net speech behind it, or for another reason, or done. */
  const enrolFrom = async (file: string, untilMs: number, audioMs = 15_500) => {
    const call = tenant.open(['allison_en']);
    await call.speech(file, 0, audioMs);
    await call.heardUpTo(audioMs - 500);
    const request = { callId: call.callId, speakerId: 'allison_en', proofing: PROOFING };
    const deadline = Date.now() + 40_000;
    try {
      for (;;) {
        const asked = tenant.enrolment.enrolFromCall({ ...request, idempotencyKey: randomUUID() });
        const refused = await asked.then(() => null, failureOf);
        const soFarMs = Number(refused?.metadata['netSpeechMs'] ?? Infinity);
        if (refused === null || soFarMs >= untilMs || Date.now() > deadline) return { refused };
        await sleep(200);
      }
    } finally {
      await call.end();
    }
  };
  const twoWindowsMs = 5_900;
  t.is((await enrolFrom('allison_en/call-1.wav', twoWindowsMs)).refused?.reason, 'NOT_ENOUGH_SPEECH');
  // Less than would be enough by itself.
  const another = await enrolFrom('carlo_it/call-1.wav', Infinity, 11_000);
  t.is(another.refused?.reason, 'SPEECH_INCONSISTENT');
  t.is((await enrolFrom('allison_en/call-2.wav', Infinity)).refused, null);
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
  t.is(voiceprints.length, 1);
  t.true(voiceprints[0]!.netSpeechMs >= 12_000);
  // What was kept is used up: another call begins with its own speech.
  const { refused } = await enrolFrom('allison_en/call-1.wav', 1);
  t.is(refused?.reason, 'NOT_ENOUGH_SPEECH');
  t.true(Number(refused?.metadata['netSpeechMs']) < 9000, refused?.metadata['netSpeechMs']);
});

test('a wrong voice that came first does not keep the person out, and whoever brought a part approves nothing', async (t) => {
  const enrolment = {
    ...DEFAULT_POLICY.enrolment,
    minimumNetSpeechFromCallMs: 11_000,
    approval: 'REQUIRED' as const,
  };
  const tenant = await service().tenant({ enrolment });
  await tenant.grant('allison_en');
  const as = (actor: string) => service().clients(tenant.tenantId, 'SUPERVISOR', undefined, actor).enrolment;
  /** Two or three windows of speech. */
  const enrolFrom = async (file: string, actor: string, strength: ProofingStrength) => {
    const call = tenant.open(['allison_en']);
    await call.speech(file, 0, 11_000);
    for (let netSpeechMs = 0; netSpeechMs < 5900;) {
      await sleep(300);
      const look = { callId: call.callId, idempotencyKey: randomUUID() };
      netSpeechMs = (await tenant.verification.evaluateCall(look)).decision?.netSpeechMs ?? 0;
    }
    const request = { callId: call.callId, speakerId: 'allison_en', proofing: { ...PROOFING, strength } };
    const asked = as(actor).enrolFromCall({ ...request, idempotencyKey: randomUUID() });
    const answer = await asked.catch(failureOf);
    await call.end();
    return 'reason' in answer ? answer.reason : answer.voiceprint;
  };
  t.is(await enrolFrom('carlo_it/call-1.wav', 'one', ProofingStrength.HIGH), 'NOT_ENOUGH_SPEECH');
  t.is(await enrolFrom('allison_en/call-1.wav', 'two', ProofingStrength.LOW), 'SPEECH_INCONSISTENT');
  const made = await enrolFrom('allison_en/call-2.wav', 'three', ProofingStrength.HIGH);
  if (typeof made !== 'object') return t.fail(made);
  t.is(made.proofing?.strength, ProofingStrength.LOW);
  const { voiceprintId } = made;
  const approval = { voiceprintId, idempotencyKey: 'k' };
  for (const actor of ['two', 'three'])
    t.is((await failure(as(actor).approveVoiceprint(approval))).reason, 'OWN_ENROLMENT', actor);
  await as('one').approveVoiceprint(approval);
});

test('a voiceprint learns from a strongly accepted call under ADAPT, and can be rolled back', async (t) => {
  const enrolment = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0, adaptationMarginLlr: 0 };
  const tenant = await service().tenant({ enrolment });
  await tenant.publishNotice({ noticeId: 'learning', purposes: [Purpose.VERIFY, Purpose.ADAPT] });
  const made = await tenant.enrol('allison_en');
  const adaptFrom = async (voice: string, policy: object) => {
    const { version } = await tenant.admin.getPolicy({});
    const changed = { ...version!.policy!, enrolment: { ...version!.policy!.enrolment!, ...policy } };
    await tenant.admin.putPolicy({ policy: changed, idempotencyKey: randomUUID() });
    const call = tenant.open(['allison_en']);
    const ask = () => {
      const asked = { callId: call.callId, speakerId: 'allison_en', idempotencyKey: randomUUID() };
      return tenant.enrolment.adaptFromCall(asked);
    };
    try {
      await call.speech(`${voice}/call-1.wav`);
      await call.heardUpTo(14_000);
      // Too little yet; from now on all is embedded in all spaces.
      await failure(ask());
      await call.speech(`${voice}/call-2.wav`);
      await call.heardUpTo(28_000);
      return await ask();
    } finally {
      await call.end();
    }
  };
  const reasonOf = async (voice: string, policy: object) => (await failure(adaptFrom(voice, policy))).reason;
  t.is(await reasonOf('allison_en', {}), 'ADAPTATION_OFF');
  t.is(await reasonOf('allison_en', { adaptation: true }), 'CONSENT_MISSING');
  const purposes = [Purpose.VERIFY, Purpose.ADAPT];
  await tenant.grant('allison_en', {
    purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
    notice: noticeReference('learning'),
  });
  t.is(await reasonOf('carlo_it', {}), 'ACCEPTANCE_NOT_STRONG');
  t.is(await reasonOf('allison_en', { adaptationMarginLlr: 100 }), 'ACCEPTANCE_NOT_STRONG');
  const { voiceprint } = await adaptFrom('allison_en', { adaptationMarginLlr: 0 });
  t.like(voiceprint, { version: 2, adaptedFromVoiceprintId: made.voiceprintId, proofing: made.proofing });
  t.true(voiceprint!.netSpeechMs > made.netSpeechMs);
  const statuses = async () =>
    (await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' })).voiceprints.map(
      (each) => each.status,
    );
  t.deepEqual(await statuses(), [VoiceprintStatus.SUPERSEDED, VoiceprintStatus.ACTIVE]);
  const { voiceprintId } = voiceprint!;
  const back = await tenant.enrolment.rollBackVoiceprint({ voiceprintId, idempotencyKey: 'back' });
  t.like(back.voiceprint, { voiceprintId: made.voiceprintId, status: VoiceprintStatus.ACTIVE });
  t.deepEqual(await statuses(), [VoiceprintStatus.ACTIVE]);
  const none = tenant.enrolment.rollBackVoiceprint({
    voiceprintId: made.voiceprintId,
    idempotencyKey: 'further',
  });
  t.is((await failure(none)).reason, 'NO_EARLIER_VERSION');
});
