import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { RetentionItem } from '../../src/domain/retention.js';
import { Retention, RetentionTimer } from '../../src/retention/index.js';
import { listLedger, readEvents } from '../../src/storage/index.js';
import { RetentionPolicies } from '../../src/tenant/index.js';
import { given, notice } from '../helpers/consents.js';
import { asOwner } from '../helpers/database.js';
import { rightsGround } from '../helpers/rights.js';
import { reasonOf } from '../helpers/tenant.js';

const DAY = 86_400_000;

/** A tenant with Kim enrolled, and runs of its retention. */
async function retentionGround(t: ExecutionContext) {
  const ground = await rightsGround(t);
  const { database, keyring, clock, officer } = ground;
  const retention = new Retention({ database, keyring }, clock);
  const policies = new RetentionPolicies(database, keyring, clock);
  const run = async (dryRun = false): Promise<RetentionItem[]> => {
    const items: RetentionItem[] = [];
    for await (const item of retention.run(officer, dryRun)) {
      // Requests of the ground itself are made by the server's clock, and so always fresh.
      if (item.kind !== 'IDEMPOTENCY_KEYS') items.push(item);
    }
    return items;
  };
  const types = async () =>
    (await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 1000))).map((entry) => entry.type);
  return { ...ground, policies, run, types };
}

test('a speaker without use for as long as their notice said is erased, with a receipt', async (t) => {
  const { run, clock, erase, rights, officer } = await retentionGround(t);
  clock.advance(1000 * DAY - 1);
  t.deepEqual(await run(), []);
  clock.advance(1);
  const [item] = await run();
  t.like(item, {
    kind: 'SPEAKER',
    id: 'kim',
    rule: 'NOTICE',
    dueAt: clock.now(),
    held: false,
    receipt: { cause: 'RETENTION', destroyed: { names: 1, voiceprints: 1 } },
  });
  t.deepEqual((await rights.evidence(officer, 'kim'))[0]!.receipt, item!.receipt);
  t.is(await reasonOf(erase('kim')), 'SPEAKER_NOT_FOUND');
  t.deepEqual(await run(), []);
});

test('an acceptance in a call counts as use, a claim or a rejection does not', async (t) => {
  const { run, clock, call, grant } = await retentionGround(t);
  await grant('lee');
  clock.advance(999 * DAY);
  await call(['kim']);
  await call(['lee'], { kind: 'REJECT' });
  clock.advance(2 * DAY);
  const speakers = (await run()).filter(({ kind }) => kind === 'SPEAKER');
  t.deepEqual(
    speakers.map(({ id }) => id),
    ['lee'],
  );
});

test('what a voiceprint learnt in calls does not lengthen the absolute time', async (t) => {
  const { url, run, clock, policies, officer } = await retentionGround(t);
  const { policy } = await policies.current(officer.tenantId);
  await policies.put(officer, { ...policy, absoluteDays: 100 }, 'p');
  clock.advance(99 * DAY);
  await asOwner(
    url,
    `INSERT INTO vouch.voiceprints SELECT (v).* FROM (
       SELECT jsonb_populate_record(v, jsonb_build_object('voiceprint_id', gen_random_uuid(), 'version', 2, 'status', 'SUPERSEDED',
         'created_at', $1::timestamptz, 'adapted_from', v.voiceprint_id)) AS v FROM vouch.voiceprints v) adapted`,
    [clock.now()],
  );
  clock.advance(DAY);
  t.like(await run(), [{ kind: 'SPEAKER', id: 'kim', rule: 'ABSOLUTE' }]);
});

test('a dry run lists and changes nothing', async (t) => {
  const { run, clock, call, voiceprints, officer, types } = await retentionGround(t);
  await call(['kim'], { at: clock.in(-800 * DAY) });
  clock.advance(1200 * DAY);
  const before = await types();
  const told = await run(true);
  t.deepEqual(
    told.map(({ kind, id, receipt }) => [kind, kind === 'CALL' ? '' : id, receipt]),
    [
      ['SPEAKER', 'kim', null],
      ['CALL', '', null],
    ],
  );
  t.deepEqual(await types(), [...before, 'SPEAKERS_LISTED'], 'whose data is due was read');
  t.is((await voiceprints.list(officer, 'kim')).length, 1);
  t.is((await run()).length, 2);
  t.is((await types()).at(-1), 'RETENTION_RUN');
});

test('a legal hold keeps a speaker and their calls, and that is told', async (t) => {
  const { run, clock, call, hold, voiceprints, officer } = await retentionGround(t);
  const { callId } = await call(['kim']);
  await hold('kim');
  clock.advance(1200 * DAY);
  const items = await run();
  t.deepEqual(
    items.map(({ kind, held, id }) => [kind, held, id]),
    [
      ['SPEAKER', true, 'kim'],
      ['CALL', true, callId],
    ],
  );
  t.is((await voiceprints.list(officer, 'kim')).length, 1);
  await hold('kim', false);
  t.deepEqual(
    (await run()).map(({ held }) => held),
    [false, false],
  );
});

test('a restriction keeps a speaker, too: the person may need what is held', async (t) => {
  const { run, clock, states, officer, types } = await retentionGround(t);
  const set = (inForce: boolean) =>
    states.set(officer, {
      speakerId: 'kim',
      state: 'RESTRICTED',
      inForce,
      reference: 'file 13/26',
      idempotencyKey: randomUUID(),
    });
  await set(true);
  clock.advance(1200 * DAY);
  t.like(await run(), [{ kind: 'SPEAKER', id: 'kim', held: true }]);
  t.false((await types()).includes('SPEAKER_ERASED'));
  await set(false);
  t.like(await run(), [{ kind: 'SPEAKER', id: 'kim', held: false }]);
});

test('a speaker whose data cannot be read stops nobody else, and the run tells', async (t) => {
  const { url, run, clock, grant, types, officer, database } = await retentionGround(t);
  await grant('lee');
  await asOwner(
    url,
    `UPDATE vouch.ledger SET body = '{}' WHERE type = 'CONSENT_RECORDED'
       AND subject_ref = (SELECT min(speaker_ref::text)::uuid FROM vouch.speakers)`,
  );
  clock.advance(1200 * DAY);
  await t.throwsAsync(run());
  t.is((await types()).filter((type) => type === 'SPEAKER_ERASED').length, 1);
  const [entry] = (await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 1000))).slice(-1);
  t.is(entry?.type, 'RETENTION_RUN');
  t.like(JSON.parse(entry!.body), { complete: false, removed: { SPEAKER: 1 } });
});

test('ended calls lose their scores, then their rows; running ones nothing', async (t) => {
  const { url, run, clock, call, database, officer } = await retentionGround(t);
  const { callId } = await call(['kim']);
  await call(['kim'], { ended: false });
  clock.advance(91 * DAY);
  t.deepEqual(
    (await run()).map(({ kind, id }) => [kind, id]),
    [['CALL_SCORES', callId]],
  );
  const events = await database.tenant(officer.tenantId, (tx) => readEvents(tx, callId, 0, 10));
  const decided = events.find(({ body }) => body.type === 'decision')!.body;
  if (decided.type !== 'decision') return t.fail();
  const none = { score: null, llr: null, confidence: null };
  t.like(decided.decision, { kind: 'ACCEPT', ...none, confidenceBand: null });
  t.like(decided.decision.claims[0], { speakerId: 'kim', kind: 'ACCEPT', ...none });
  t.deepEqual(await run(), []);
  clock.advance(310 * DAY);
  t.deepEqual(
    (await run()).map(({ kind, id }) => [kind, id]),
    [['CALL', callId]],
  );
  const left = await asOwner(url, `SELECT state FROM vouch.calls`);
  t.deepEqual(left, [{ state: 'LIVE' }]);
  t.is((await asOwner(url, 'SELECT FROM vouch.call_events WHERE call_id = $1', [callId])).length, 0);
});

test('voiceprints whose consent expired go at once, those of a replaced notice after a while', async (t) => {
  const { run, clock, consents, officer, grant, enrol, isOpen, types } = await retentionGround(t);
  await grant('lee', { expiresAt: clock.in(10 * DAY) });
  await enrol('lee', { policy: { waitingPeriodMs: 0 } });
  clock.advance(10 * DAY);
  t.like((await run())[0], { kind: 'VOICEPRINTS', id: 'lee', rule: 'CONSENT_LAPSED', count: 1 });
  t.is((await types()).at(-2), 'VOICEPRINTS_EXPIRED');
  const second = notice({ version: 2, requiresNewConsent: true, text: 'May we, under new terms?' });
  await consents.publishNotice(officer, second, randomUUID());
  t.false(await isOpen('kim'));
  clock.advance(30 * DAY - 1);
  t.deepEqual(await run(), []);
  clock.advance(1);
  t.like((await run(true))[0], { kind: 'VOICEPRINTS', id: 'kim', rule: 'CONSENT_LAPSED' });
  await grant('kim', { notice: given(second) });
  t.deepEqual(await run(), [], 'who said yes again keeps theirs');
});

test('evidence is destroyed with its key when its term is over, and not under a hold', async (t) => {
  const { url, run, clock, erase, hold, rights, officer } = await retentionGround(t);
  await erase('kim');
  await hold('kim');
  clock.advance(3650 * DAY);
  t.like((await run())[0], { kind: 'EVIDENCE', held: true });
  t.is((await rights.evidence(officer, 'kim')).length, 1);
  await hold('kim', false);
  t.like((await run())[0], { kind: 'EVIDENCE', held: false });
  t.is(await reasonOf(rights.evidence(officer, 'kim')), 'EVIDENCE_NOT_FOUND');
  t.is((await asOwner(url, 'SELECT FROM vouch.speaker_keys')).length, 0);
});

test('old idempotency keys are forgotten', async (t) => {
  const { url, database, keyring, clock, officer } = await retentionGround(t);
  await asOwner(url, `UPDATE vouch.idempotency_keys SET created_at = $1`, [clock.in(-31 * DAY)]);
  const items: RetentionItem[] = [];
  for await (const item of new Retention({ database, keyring }, clock).run(officer, false)) items.push(item);
  t.like(items, [{ kind: 'IDEMPOTENCY_KEYS', id: '' }]);
  t.true(items[0]!.count >= 3);
  t.is((await asOwner(url, 'SELECT FROM vouch.idempotency_keys')).length, 0);
});

test('a policy is set in versions, within its ranges, and counts from the next run on', async (t) => {
  const { policies, officer, run, clock, types } = await retentionGround(t);
  const { version, policy } = await policies.current(officer.tenantId);
  t.is(version, 0);
  t.is(policy.inactivityDays, 1095);
  const refused = policies.put(officer, { ...policy, callRowsDays: 10 }, 'k1');
  t.is(await reasonOf(refused), 'FIELD_INVALID');
  t.is(await policies.put(officer, { ...policy, inactivityDays: 10 }, 'k2'), 1);
  t.is(await policies.put(officer, { ...policy, inactivityDays: 10 }, 'k2'), 1);
  t.is((await types()).at(-1), 'RETENTION_POLICY_CHANGED');
  clock.advance(10 * DAY);
  t.like((await run())[0], { kind: 'SPEAKER', id: 'kim', rule: 'INACTIVITY' });
});

test('it runs once a day by itself, whichever process takes the day', async (t) => {
  const { database, keyring, clock, types } = await retentionGround(t);
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const timers = [1, 2].map(() => new RetentionTimer({ database, keyring, clock, onFailure }));
  const runs = async () => (await types()).filter((type) => type === 'RETENTION_RUN').length;
  await Promise.all(timers.map((timer) => timer.round()));
  t.is(await runs(), 1);
  clock.advance(DAY);
  for (const timer of timers) await timer.round();
  t.is(await runs(), 2);
  t.deepEqual(failures, []);
});
