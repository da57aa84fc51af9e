import { randomUUID } from 'node:crypto';
import test from 'ava';
import type { Purpose } from '../../src/domain/people.js';
import type { SpeakerState } from '../../src/domain/rights.js';
import { rightsGround, type RightsGround } from '../helpers/rights.js';
import { reasonOf } from '../helpers/tenant.js';

const RESTRICTIONS = [
  { state: 'RESTRICTED', reason: 'PROCESSING_RESTRICTED' },
  { state: 'OBJECTED', reason: 'PROCESSING_OBJECTED' },
] as const;

/** Sets states of Kim, or lifts them. */
const setter =
  ({ states, officer }: RightsGround) =>
  (state: SpeakerState, inForce = true, speakerId = 'kim') =>
    states.set(officer, { speakerId, state, inForce, reference: 'file 12/26', idempotencyKey: randomUUID() });

for (const { state, reason } of RESTRICTIONS) {
  test(`${state}: no grant counts for any purpose, voiceprints stay, and lifting it brings both back`, async (t) => {
    const ground = await rightsGround(t);
    const { gate, officer, consents, voiceprints, openIds, enrol, database, grantOf, grant } = ground;
    await grant('kim', { purposes: { VERIFY: 'GRANTED', ADAPT: 'GRANTED' } });
    const set = setter(ground);
    const before = await openIds('kim');
    const held = await grantOf('kim');
    await set(state);
    for (const purpose of ['VERIFY', 'ADAPT', 'CALIBRATE'] satisfies Purpose[]) {
      const opened = await gate.openClaim(officer.tenantId, 'kim', purpose);
      t.like(opened, { known: true, grant: null, reasons: [reason] }, purpose);
    }
    const unlock = database.tenant(officer.tenantId, (tx) => gate.unlock(tx, held));
    t.is(await reasonOf(unlock), 'PROCESSING_RESTRICTED');
    t.is(await reasonOf(voiceprints.open(held, ['campplus'])), 'PROCESSING_RESTRICTED');
    t.is((await voiceprints.list(officer, 'kim')).length, 1);
    const standing = await consents.state(officer, 'kim');
    t.like(standing.state.purposes[0], { value: 'GRANTED', granted: false, lapse: state });
    t.like(standing.states, [{ state }]);
    await set(state, false);
    t.deepEqual(await openIds('kim'), before);
    await t.notThrowsAsync(enrol('kim'));
    t.true((await consents.state(officer, 'kim')).state.purposes[0]!.granted);
  });
}

test('nobody is enrolled while restricted, with a grant from before or one given since', async (t) => {
  const ground = await rightsGround(t);
  const { enrol, grant, clock, database, gate, officer, grantOf } = ground;
  const held = await grantOf('kim');
  await setter(ground)('RESTRICTED');
  const unlock = () => database.tenant(officer.tenantId, (tx) => gate.unlock(tx, held));
  t.is(await reasonOf(unlock()), 'PROCESSING_RESTRICTED');
  clock.advance(1000);
  await grant('kim');
  t.is(await reasonOf(unlock()), 'PROCESSING_RESTRICTED');
  await t.throwsAsync(enrol('kim'), { message: 'no grant' });
});

test('running calls see a restriction come, change and go', async (t) => {
  const ground = await rightsGround(t);
  const { gate, officer } = ground;
  const set = setter(ground);
  const look = () => gate.openClaim(officer.tenantId, 'kim', 'VERIFY');
  for (const [state, inForce] of [
    ['RESTRICTED', true],
    ['OBJECTED', true],
    ['RESTRICTED', false],
    ['OBJECTED', false],
  ] as const) {
    const seen = { speakerId: 'kim', version: (await look()).version };
    t.deepEqual(await gate.changedSince(officer.tenantId, [seen]), []);
    await set(state, inForce);
    t.deepEqual(await gate.changedSince(officer.tenantId, [seen]), ['kim'], `${state} ${inForce}`);
    const other = state === 'RESTRICTED' ? 'OBJECTED' : 'RESTRICTED';
    t.is((await look()).grant === null, inForce || other === 'OBJECTED', `${state} ${inForce}`);
  }
});

test('somebody who is not known may be restricted, and stays so once they are', async (t) => {
  const ground = await rightsGround(t);
  const { gate, officer, grant, consents } = ground;
  await setter(ground)('OBJECTED', true, 'new');
  const open = () => gate.openClaim(officer.tenantId, 'new', 'VERIFY');
  t.like(await open(), { known: false, grant: null, reasons: ['PROCESSING_OBJECTED'] });
  t.like((await consents.state(officer, 'new')).states, [{ state: 'OBJECTED' }]);
  await grant('new');
  t.like(await open(), { known: true, grant: null, reasons: ['PROCESSING_OBJECTED'] });
});

test('a withdrawal under a legal hold sets voiceprints aside for good; lifting it erases them', async (t) => {
  const ground = await rightsGround(t);
  const { hold, withdraw, grant, openIds, enrol, voiceprints, officer } = ground;
  await hold('kim');
  t.like(await withdraw('kim'), { voiceprintsErased: 0, voiceprintsKept: 1 });
  await grant('kim');
  t.deepEqual(await openIds('kim'), [], 'a new grant brings none back');
  const { voiceprintId } = await enrol('kim', { policy: { waitingPeriodMs: 0 } });
  const statuses = async () => (await voiceprints.list(officer, 'kim')).map(({ status }) => status);
  t.deepEqual(await statuses(), ['QUARANTINED', 'ACTIVE']);
  t.is(await reasonOf(voiceprints.delete(officer, voiceprintId, 'k')), 'SPEAKER_HELD');
  await hold('kim', false);
  t.deepEqual(await statuses(), ['ACTIVE']);
  t.deepEqual(await openIds('kim'), [voiceprintId]);
  t.like(await withdraw('kim'), { voiceprintsErased: 1, voiceprintsKept: 0 });
});

test('what a legal hold alone keeps does not count toward the labels that a person may have', async (t) => {
  const ground = await rightsGround(t);
  const { hold, withdraw, grant, enrol } = ground;
  const policy = { waitingPeriodMs: 0, maximumLabels: 2 };
  await enrol('kim', { policy, request: { label: 'mobile' } });
  await hold('kim');
  await withdraw('kim');
  await grant('kim');
  for (const label of ['home', 'office']) await enrol('kim', { policy, request: { label } });
  t.is(await reasonOf(enrol('kim', { policy, request: { label: 'third' } })), 'TOO_MANY_VOICEPRINTS');
});
