import { randomUUID } from 'node:crypto';
import test from 'ava';
import type { ManifestRow } from '../../src/domain/enrolment-job.js';
import { EnrolmentJobs, TrustPhrases } from '../../src/enrolment/index.js';
import { Retention } from '../../src/retention/index.js';
import { findSpeaker, insertCommand, putPartialEvidence } from '../../src/storage/index.js';
import { Overrides } from '../../src/session/index.js';
import { TransferKeys } from '../../src/transfer/index.js';
import { asOwner } from '../helpers/database.js';
import { rightsGround, type RightsGround } from '../helpers/rights.js';
import { speech } from '../helpers/voiceprints.js';

const DAY = 86_400_000;

/** What retention never takes away, and why. */
const LASTING: Readonly<Record<string, string>> = {
  tenants: 'whoever controls the data; goes with the tenant',
  actors: 'the names behind the chain of those who acted for the tenant',
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

/** Puts something of Kim's into every table that may hold something of a person's. */
async function fillEverything(ground: RightsGround): Promise<void> {
  const { database, keyring, clock, officer, gate, speakers, grant, enrol, call, erase } = ground;
  await grant('lee');
  for (const id of ['kim', 'lee']) await speakers.setAccount(officer, id, 'household 1', `account ${id}`);
  await enrol('lee', { speech: { findAlike: (others) => others[0] } });
  const { callId, decisionId } = await call(['kim']);
  await new Overrides(database, keyring, clock).record(officer, {
    callId,
    decisionId,
    action: 'PROCEEDED',
    reason: 'VOICE_IMPAIRED',
    note: 'Kim has a cold',
    onBehalfOf: '',
    idempotencyKey: 'o',
  });
  const jobs = new EnrolmentJobs(database, keyring, clock);
  const terms = {
    existing: 'SKIP',
    recordedBeforeEntry: false,
    onBehalfOf: '',
    idempotencyKey: 'j',
  } as const;
  const { jobId } = await jobs.create(officer, terms, { rows: manifest(), sha256: () => 'a'.repeat(64) });
  await jobs.cancel(officer, jobId, 'c');
  const phrases = new TrustPhrases(database, keyring, gate, clock);
  await phrases.set(officer, { speakerId: 'kim', phrase: 'blue heron', idempotencyKey: 'p' });
  await database.tenant(officer.tenantId, async (tx) => {
    const { speakerRef } = (await findSpeaker(tx, 'kim'))!;
    await putPartialEvidence(tx, {
      speakerRef,
      label: 'mobile',
      callHash: Buffer.alloc(32),
      consentEventId: randomUUID(),
      evidence: Buffer.alloc(1),
      expiresAt: clock.in(30 * DAY),
    });
    // Of a process that was gone before the answer came; the janitor would have it within seconds.
    const command = { commandId: randomUUID(), callId, ownerReplica: randomUUID(), keyEpoch: 1 };
    await insertCommand(tx, { ...command, wrappedKey: Buffer.alloc(1), request: Buffer.alloc(1) }, 0);
  });
  await new TransferKeys(database, keyring, clock).create(officer, 7, 't');
  await grant('mia');
  await erase('mia');
  await grant('noa');
  // By the server's clock, which these tests do not move.
  await asOwner(ground.url, 'UPDATE vouch.idempotency_keys SET created_at = $1', [clock.now()]);
}

async function* manifest(): AsyncGenerator<ManifestRow> {
  await Promise.resolve();
  yield {
    row: 1,
    file: 'kim.wav',
    speakerId: 'kim',
    label: 'branch',
    channel: 0,
    consentReference: 'form-1',
    recordedAt: speech(new Date()).spokenFrom,
    proofing: null,
    problem: null,
  };
}

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
