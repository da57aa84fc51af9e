import test from 'ava';
import { findSpeaker } from '../../src/storage/index.js';
import { RetentionPolicies } from '../../src/tenant/index.js';
import { keptUntil } from '../../src/terms/index.js';
import { given, notice } from '../helpers/consents.js';
import { rightsGround } from '../helpers/rights.js';

const DAY = 86_400_000;

const CASES = [
  { limit: 'the time without use', inactivityDays: 20, absoluteDays: 40, noticeDays: 30, expected: 20 },
  { limit: 'the absolute time', inactivityDays: 30, absoluteDays: 20, noticeDays: 40, expected: 20 },
  { limit: "the notice's time", inactivityDays: 30, absoluteDays: 40, noticeDays: 20, expected: 20 },
] as const;

for (const { limit, inactivityDays, absoluteDays, noticeDays, expected } of CASES) {
  test(`voiceprints are compared until ${limit} is over, where it is the shortest`, async (t) => {
    const { database, keyring, clock, officer, consents, grant, voiceprints, grantOf } =
      await rightsGround(t);
    const policies = new RetentionPolicies(database, keyring, clock);
    const { policy } = await policies.current(officer.tenantId);
    await policies.put(officer, { ...policy, inactivityDays, absoluteDays }, 'p');
    const shorter = notice({ noticeId: 'shorter', retentionDays: noticeDays });
    await consents.publishNotice(officer, shorter, 'n');
    await grant('kim', { notice: given(shorter) });
    const open = async () => (await voiceprints.open(await grantOf('kim'), ['campplus'])).open.length;
    clock.advance(expected * DAY - 1);
    t.is(await open(), 1);
    clock.advance(1);
    t.is(await open(), 0);
  });
}

test("a notice that others were given shortens nobody's time, and is asked about only where it might", async (t) => {
  const { database, clock, officer, consents, openIds } = await rightsGround(t);
  await consents.publishNotice(officer, notice({ noticeId: 'of-others', retentionDays: 10 }), 'n');
  const until = () =>
    database.tenant(officer.tenantId, async (tx) =>
      keptUntil(tx, (await findSpeaker(tx, 'kim'))!.speakerRef, clock.now()),
    );
  t.deepEqual(await until(), clock.in(10 * DAY), 'too early, and after now');
  clock.advance(10 * DAY);
  t.deepEqual(await until(), clock.in(990 * DAY));
  t.is((await openIds('kim')).length, 1);
});

test('for somebody who is not known the time is over', async (t) => {
  const { database, clock, officer } = await rightsGround(t);
  const nobody = '00000000-0000-4000-8000-000000000000';
  const until = await database.tenant(officer.tenantId, (tx) => keptUntil(tx, nobody, clock.now()));
  t.true(until < clock.now());
});
