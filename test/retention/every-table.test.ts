import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Retention } from '../../src/retention/index.js';
import { asOwner } from '../helpers/database.js';
import { fillEverything } from '../helpers/everything.js';
import { rightsGround, type RightsGround } from '../helpers/rights.js';

const DAY = 86_400_000;

/** What retention never takes away, and why. */
const LASTING: Readonly<Record<string, string>> = {
  tenants: 'whoever controls the data; goes with the tenant',
  actors: 'the names behind the chain of those who acted for the tenant',
  api_keys: 'which programs could ask for what, and until when; no keys',
  policies: 'how the tenant decides; only ever added to',
  calibration_assignments: 'as the policies',
  notices: 'the wordings that consent rests on',
  retention_policies: 'as the policies',
  retention_runs: 'when retention ran',
  key_epochs: 'which keys there were',
  ledger: 'the chain: pseudonyms only, cannot be cut',
  ledger_heads: 'its end',
  opt_outs: 'a lasting refusal, by a keyed hash',
  speaker_states: 'holds and restrictions, by a keyed hash, until they are lifted',
};

/** How many rows each table of ours has. */
async function rowCounts(url: string): Promise<ReadonlyMap<string, number>> {
  const tables = await asOwner<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = 'vouch'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const [row] = await asOwner<{ count: number }>(url, `SELECT count(*)::int AS count FROM vouch.${name}`);
    counts.set(name, row?.count ?? 0);
  }
  return counts;
}

async function run({ database, keyring, clock, officer }: RightsGround, dryRun = false): Promise<string[]> {
  const kinds = new Set<string>();
  for await (const { kind } of new Retention({ database, keyring }, clock).run(officer, dryRun))
    kinds.add(kind);
  return [...kinds].sort();
}

function namesWith(counts: ReadonlyMap<string, number>, wanted: (count: number) => boolean): string[] {
  return [...counts].filter(([name, count]) => !(name in LASTING) && wanted(count)).map(([name]) => name);
}

test('what every table holds of people goes when its term is over, or it is said here why not', async (t) => {
  const ground = await rightsGround(t);
  const { url, clock } = ground;
  await fillEverything(ground);
  const before = await rowCounts(url);
  t.deepEqual(
    Object.keys(LASTING).filter((name) => !before.has(name)),
    [],
    'no table of that name',
  );
  t.deepEqual(
    namesWith(before, (count) => count === 0),
    [],
    'put a row of Kim into it above',
  );

  clock.advance(91 * DAY);
  t.deepEqual(await run(ground), ['CALL_SCORES', 'ENROLMENT_JOB', 'IDEMPOTENCY_KEYS']);
  clock.advance(310 * DAY);
  t.deepEqual(await run(ground), ['CALL']);
  const calls = [
    'calls',
    'call_claims',
    'call_events',
    'outcomes',
    'overrides',
    'enrolment_jobs',
    'call_commands',
  ];
  const counts = await rowCounts(url);
  for (const name of [...calls, 'enrolment_job_rows']) t.is(counts.get(name), 0, name);

  clock.advance(3650 * DAY);
  t.deepEqual(await run(ground), ['EVIDENCE', 'SPEAKER']);
  clock.advance(3650 * DAY);
  t.deepEqual(await run(ground), ['EVIDENCE']);
  t.deepEqual(
    namesWith(await rowCounts(url), (count) => count > 0),
    [],
  );
  t.deepEqual(await run(ground), []);
});

test('a manifest that names somebody under a hold stays, and that is told', async (t) => {
  const ground = await rightsGround(t);
  await fillEverything(ground);
  await ground.hold('kim');
  ground.clock.advance(91 * DAY);
  t.deepEqual(await run(ground, true), ['CALL_SCORES', 'ENROLMENT_JOB', 'IDEMPOTENCY_KEYS']);
  await run(ground);
  t.is((await rowCounts(ground.url)).get('enrolment_job_rows'), 1);
  await ground.hold('kim', false);
  await run(ground);
  t.is((await rowCounts(ground.url)).get('enrolment_job_rows'), 0);
  const keys = await asOwner(
    ground.url,
    'SELECT FROM vouch.speaker_keys k WHERE NOT EXISTS (SELECT FROM vouch.speakers s WHERE s.speaker_ref = k.speaker_ref)',
  );
  t.is(keys.length, 1, 'of the evidence alone');
});

test('what a call noted of somebody who was erased at that moment is swept up', async (t) => {
  const ground = await rightsGround(t);
  await asOwner(
    ground.url,
    `INSERT INTO vouch.speaker_activity (tenant_id, speaker_ref, accepted_at) VALUES ($1, $2, now())`,
    [ground.officer.tenantId, randomUUID()],
  );
  await ground.call(['kim']);
  await run(ground);
  t.is((await rowCounts(ground.url)).get('speaker_activity'), 1);
});
