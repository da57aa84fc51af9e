import { randomUUID } from 'node:crypto';
import test from 'ava';
import { mergeVectors } from '../../src/scoring/index.js';
import { overCallsGround, PROOFING } from '../helpers/over-calls.js';
import { reasonOf } from '../helpers/tenant.js';
import { CAMPPLUS, unitVector } from '../helpers/voiceprints.js';

const AT_ONCE = { policy: { waitingPeriodMs: 0 } };
const OTHER_WORDS = { vectors: [{ space: CAMPPLUS, vector: unitVector(2) }] };

test('a version learns the weighted mean of the one before and the call, and is in use at once', async (t) => {
  const { enrol, adapt, grantOf, voiceprints, officer } = await overCallsGround(t);
  const made = await enrol('kim', AT_ONCE);
  const learnt = await adapt(made.voiceprintId, { speech: { ...OTHER_WORDS, netSpeechMs: 10_000 } });
  t.like(learnt, { version: 2, status: 'ACTIVE', adaptedFrom: made.voiceprintId, netSpeechMs: 40_000 });
  const { open } = await voiceprints.open(await grantOf('kim'), ['campplus']);
  t.deepEqual(
    open.map(({ voiceprintId, vectors }) => [voiceprintId, vectors['campplus']]),
    [[learnt.voiceprintId, mergeVectors(unitVector(1), 30_000, unitVector(2), 10_000)]],
  );
  t.deepEqual(
    (await voiceprints.list(officer, 'kim')).map(({ status }) => status),
    ['SUPERSEDED', 'ACTIVE'],
  );
});

test('no call is learnt from twice', async (t) => {
  const { enrol, adapt } = await overCallsGround(t);
  const made = await enrol('kim', { ...AT_ONCE, request: { callId: 'first' } });
  const refused = adapt(made.voiceprintId, { callId: 'first' });
  t.is(await reasonOf(refused), 'CALL_ALREADY_LEARNT', 'that it was enrolled from');
  const learnt = await adapt(made.voiceprintId, { callId: 'second', key: 'once' });
  const again = adapt(learnt.voiceprintId, { callId: 'second' });
  t.is(await reasonOf(again), 'CALL_ALREADY_LEARNT');
  const repeat = await adapt(made.voiceprintId, { callId: 'second', key: 'once' });
  t.is(repeat.voiceprintId, learnt.voiceprintId);
});

test('a version that is to be replaced by a later enrolment learns nothing', async (t) => {
  const { enrol, adapt, voiceprints, officer, clock } = await overCallsGround(t);
  const { voiceprintId } = await enrol('kim', AT_ONCE);
  const anew = await enrol('kim', { policy: { waitingPeriodMs: 60_000 } });
  t.is(anew.status, 'PENDING');
  t.is(await reasonOf(adapt(voiceprintId, {})), 'REENROLMENT_AWAITED');
  clock.advance(60_000);
  t.deepEqual(
    (await voiceprints.list(officer, 'kim')).map(({ status }) => status),
    ['SUPERSEDED', 'ACTIVE'],
  );
});

test('what is not good enough, or spoken before the consent, is not learnt from', async (t) => {
  const { enrol, adapt, clock } = await overCallsGround(t);
  const { voiceprintId } = await enrol('kim', AT_ONCE);
  const cases = {
    SPEECH_INCONSISTENT: { consistency: 0.1 },
    CONSENT_MISSING: { spokenFrom: new Date(clock.now().getTime() - 60_000) },
    NOT_ENOUGH_SPEECH: { vectors: [{ space: { ...CAMPPLUS, id: 'ge2e' }, vector: unitVector(2) }] },
  };
  for (const [reason, changes] of Object.entries(cases)) {
    t.is(await reasonOf(adapt(voiceprintId, { speech: changes })), reason);
  }
});

test('consent to learning and to voiceprints is needed at that moment', async (t) => {
  const { enrol, adapt, adaptGrant, grant, withdraw, setState, optOut } = await overCallsGround(t);
  const { voiceprintId } = await enrol('kim', AT_ONCE);
  const before = await adaptGrant();
  const refusal = () => reasonOf(adapt(voiceprintId, { grant: before }));
  await setState('OBJECTED');
  t.is(await refusal(), 'PROCESSING_RESTRICTED');
  await setState('OBJECTED', false);
  await withdraw('kim', { purposes: ['ADAPT'] });
  t.is(await refusal(), 'CONSENT_MISSING');
  await grant('kim', { purposes: { ADAPT: 'GRANTED' } });
  const again = await adaptGrant();
  await setState('LEGAL_HOLD');
  await withdraw('kim');
  t.is(await reasonOf(adapt(voiceprintId, { grant: again })), 'VOICEPRINT_NOT_FOUND', 'it is set aside');
  await optOut('kim');
  t.is(await reasonOf(adapt(voiceprintId, { grant: again })), 'VOICEPRINT_NOT_FOUND');
});

test('a version that learnt can be rolled back to the one that it was made from', async (t) => {
  const { enrol, adapt, rollBack, openIds } = await overCallsGround(t);
  const made = await enrol('kim', AT_ONCE);
  const learnt = await adapt(made.voiceprintId, { speech: OTHER_WORDS });
  t.like(await rollBack(learnt.voiceprintId), { voiceprintId: made.voiceprintId, status: 'ACTIVE' });
  t.deepEqual(await openIds('kim'), [made.voiceprintId]);
  t.is(await reasonOf(rollBack(learnt.voiceprintId)), 'VOICEPRINT_NOT_FOUND');
});

test('neither an earlier call of the enrolment is learnt from, nor one that was rolled back', async (t) => {
  const { enrol, adapt, rollBack } = await overCallsGround(t);
  const origin = { proofing: PROOFING, actorRef: randomUUID(), onBehalfOfRef: null };
  const earlier = [{ callId: 'earlier', ...origin }];
  const made = await enrol('kim', { ...AT_ONCE, speech: { earlier } });
  t.is(await reasonOf(adapt(made.voiceprintId, { callId: 'earlier' })), 'CALL_ALREADY_LEARNT');
  const second = await adapt(made.voiceprintId, { callId: 'two', speech: OTHER_WORDS });
  const third = await adapt(second.voiceprintId, { callId: 'three', speech: OTHER_WORDS });
  await rollBack(third.voiceprintId);
  await rollBack(second.voiceprintId);
  for (const callId of ['two', 'three'])
    t.is(await reasonOf(adapt(made.voiceprintId, { callId })), 'CALL_ALREADY_LEARNT', callId);
  await adapt(made.voiceprintId, { callId: 'four' });
});

test('what an enrolment superseded does not come back: it may never have been approved', async (t) => {
  const { enrol, adapt, rollBack, openIds } = await overCallsGround(t);
  const first = await enrol('kim', { policy: { approval: 'REQUIRED' } });
  const second = await enrol('kim', AT_ONCE);
  t.is(first.status, 'PENDING');
  t.is(await reasonOf(rollBack(second.voiceprintId)), 'NO_EARLIER_VERSION');
  const learnt = await adapt(second.voiceprintId, { speech: OTHER_WORDS });
  const anew = await enrol('kim', AT_ONCE);
  t.is(await reasonOf(rollBack(learnt.voiceprintId)), 'VOICEPRINT_NOT_FOUND', 'enrolling anew supersedes it');
  t.deepEqual(await openIds('kim'), [anew.voiceprintId]);
});

test('a legal hold refuses to roll back, which destroys', async (t) => {
  const { enrol, adapt, rollBack, setState, openIds } = await overCallsGround(t);
  const { voiceprintId } = await enrol('kim', AT_ONCE);
  const learnt = await adapt(voiceprintId, { speech: OTHER_WORDS });
  await setState('LEGAL_HOLD');
  t.is(await reasonOf(rollBack(learnt.voiceprintId)), 'SPEAKER_HELD');
  t.deepEqual(await openIds('kim'), [learnt.voiceprintId]);
});
