import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { describeFailure } from '../../src/cli/failure.js';
import { ChannelLayout } from '../../src/gen/vouch/v1/common.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { PCM, PROOFING, upload } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile } from '../helpers/speech.js';

const service = serviceOfFile();

/** Reason and field of what a request fails with. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const { reason, field } = await work.then(
    () => describeFailure(new Error('It went through.')),
    describeFailure,
  );
  return `${reason} ${field}`.trim();
}

const CALL = fixtureFile('allison_en/call-1.wav');
const SAMPLES = CALL.subarray(44);
const MIXED = { ...PCM, channelLayout: ChannelLayout.MIXED };
const claims = [{ speakerId: 'allison_en' }];

test('a mix of both parties is verified only where the policy allows it, and never enrolled', async (t) => {
  const [tenant, open] = await Promise.all([service().tenant(), service().tenant({ allowMixedAudio: true })]);
  const start = { claims, format: MIXED };
  t.is(
    await refusal(tenant.verifyRecording(SAMPLES, start)),
    'MIXED_AUDIO_REFUSED start.format.channel_layout',
  );
  await open.enrol('allison_en');
  t.is((await open.verifyRecording(SAMPLES, start)).decision?.kind, DecisionKind.ACCEPT);
  const enrol = open.enrolFrom('allison_en/enrol.wav', { speakerId: 'allison_en', format: MIXED });
  t.is(await refusal(enrol), 'MIXED_AUDIO_REFUSED start.format.channel_layout');
});

test('of a file with two channels it must be said which is the caller', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('carlo');
  const file = fixtureFile('two-party/call.wav');
  const start = { claims: [{ speakerId: 'carlo' }] };
  const missing = 'CALLER_CHANNEL_MISSING start.caller_channel';
  t.is(await refusal(tenant.verifyRecording(file, start)), missing);
  t.is(await refusal(tenant.enrolFrom('two-party/call.wav', { speakerId: 'carlo' })), missing);
  const { decision } = await tenant.verifyRecording(file, { ...start, callerChannel: 0 });
  t.is(decision?.kind, DecisionKind.SPEAKER_NOT_ENROLLED);
});

test('when a recording was begun must be said: not before the grant, and not in the future', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const enrol = (recordedAt: Date | undefined) =>
    refusal(tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'allison_en', recordedAt }));
  t.is(await enrol(undefined), 'FIELD_REQUIRED start.recorded_at');
  t.is(await enrol(new Date(Date.now() - 60_000)), 'CONSENT_MISSING start.recorded_at');
  t.is(await enrol(new Date(Date.now() + 60_000)), 'FIELD_INVALID start.recorded_at');
});

test('a key stands for one start and one file', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const start = { claims, idempotencyKey: randomUUID() };
  const first = await tenant.verifyRecording(CALL, start);
  const again = await tenant.verifyRecording(CALL, start);
  t.is(again.decision?.decisionId, first.decision?.decisionId);
  const other = fixtureFile('allison_en/call-2.wav');
  t.is(await refusal(tenant.verifyRecording(other, start)), 'IDEMPOTENCY_KEY_REUSED');
  const risky = { ...start, callerChannel: 0 };
  t.is(await refusal(tenant.verifyRecording(CALL, risky)), 'IDEMPOTENCY_KEY_REUSED');
  // Without a ground the file is not read: the answer is what it was.
  await tenant.withdraw('allison_en');
  t.is((await tenant.verifyRecording(CALL, start)).decision?.decisionId, first.decision?.decisionId);
});

test('an enrolment key stands for one recording', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const start = {
    speakerId: 'allison_en',
    idempotencyKey: randomUUID(),
    recordedAt: new Date(),
    proofing: PROOFING,
  };
  const made = await tenant.enrolFrom('allison_en/enrol.wav', start);
  t.is((await tenant.enrolFrom('allison_en/enrol.wav', start)).voiceprintId, made.voiceprintId);
  t.is(await refusal(tenant.enrolFrom('allison_en/call-1.wav', start)), 'IDEMPOTENCY_KEY_REUSED');
  t.is(
    await refusal(tenant.enrolFrom('allison_en/enrol.wav', { ...start, callerChannel: 0 })),
    'IDEMPOTENCY_KEY_REUSED',
  );
});

test('in shadow mode a decision says so', async (t) => {
  const tenant = await service().tenant({ shadow: true });
  await tenant.enrol('allison_en');
  t.is((await tenant.verifyRecording(CALL, { claims })).decision?.shadow, true);
});

test('uploads that trickle keep nobody else from their turn', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal);
  const trickle = async function* () {
    for await (const message of upload(
      { claims, idempotencyKey: randomUUID() },
      CALL.subarray(0, 1000),
      10,
    )) {
      yield message;
      await sleep(500, undefined, { signal });
    }
  };
  // More of them than recordings that may be worked on at once.
  const slow = Array.from({ length: 65 }, () =>
    t.throwsAsync(tenant.verification.verifyRecording(trickle(), { signal }), { any: true }),
  );
  await sleep(1000);
  t.is((await tenant.verifyRecording(CALL, { claims })).decision?.kind, DecisionKind.ACCEPT);
  controller.abort();
  await Promise.all(slow);
});
