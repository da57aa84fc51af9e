import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ConsentGate, Consents } from '../../src/consent/index.js';
import { FileKeyring, type Keyring } from '../../src/crypto/index.js';
import type { ManifestRow } from '../../src/domain/enrolment-job.js';
import type { Principal } from '../../src/domain/principal.js';
import { EnrolmentJobs, Voiceprints } from '../../src/enrolment/index.js';
import { KeyKeeper, Keys, KeyWork } from '../../src/keys/index.js';
import { backupDays, RESEALS } from '../../src/open-keys.js';
import { Rights } from '../../src/rights/index.js';
import { Database, migrate, scrub } from '../../src/storage/index.js';
import { DEFAULT_POLICY, Tenants } from '../../src/tenant/index.js';
import { filesWith } from '../helpers/byte-search.js';
import { notice, recordInput } from '../helpers/consents.js';
import { asOwner } from '../helpers/database.js';
import { debianPostgres } from '../helpers/debian-postgres.js';
import { newTenant, reasonOf, TestClock } from '../helpers/tenant.js';
import { enrolmentRequest, speech } from '../helpers/voiceprints.js';

const ERASED = 'search-me-erased-5b1c9d';
const OTHERS = Array.from({ length: 40 }, (_, index) => `search-me-${index}-stays`);
const DAY_MS = 86_400_000;

/** What stands in a database, opened with a keyring as of the clock's time. */
class Holding {
  readonly consents: Consents;
  readonly gate: ConsentGate;
  readonly voiceprints: Voiceprints;
  readonly rights: Rights;
  readonly jobs: EnrolmentJobs;

  private constructor(
    readonly url: string,
    readonly database: Database,
    readonly keyring: Keyring,
    readonly clock: TestClock,
  ) {
    this.consents = new Consents(database, keyring, clock);
    this.gate = new ConsentGate(database, keyring, clock);
    this.voiceprints = new Voiceprints(database, keyring, this.gate, clock);
    this.rights = new Rights(database, keyring, clock);
    this.jobs = new EnrolmentJobs(database, keyring, clock);
  }

  static async open(t: ExecutionContext, url: string, keyring: Keyring, clock: TestClock): Promise<Holding> {
    const database = await Database.connect({ url, waitMs: 20_000 });
    t.teardown(() => database.close());
    return new Holding(url, database, keyring, clock);
  }

  async enrol(officer: Principal, speakerId: string): Promise<void> {
    await this.consents.recordConsent(officer, recordInput(speakerId, this.clock.now()));
    const { grant } = await this.gate.openClaim(officer.tenantId, speakerId, 'VERIFY');
    const policy = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 };
    await this.voiceprints.create(
      officer,
      grant!,
      enrolmentRequest(speakerId),
      speech(this.clock.now()),
      policy,
    );
  }

  /** Opens the voiceprints of a speaker for comparison; how many there are. */
  async opened({ tenantId }: Principal, speakerId: string): Promise<number> {
    const { grant } = await this.gate.openClaim(tenantId, speakerId, 'VERIFY');
    return (await this.voiceprints.open(grant!, ['campplus'])).open.length;
  }

  /** Keeps a manifest with a row for each; gives the job's id. */
  async manifest(officer: Principal, speakerIds: readonly string[]): Promise<string> {
    const request = { existing: 'SKIP', recordedBeforeEntry: false, onBehalfOf: '' } as const;
    const rows = manifestRows(speakerIds);
    const made = { rows, sha256: () => 'a'.repeat(64) };
    const { jobId } = await this.jobs.create(officer, { ...request, idempotencyKey: randomUUID() }, made);
    await this.jobs.cancel(officer, jobId, randomUUID());
    return jobId;
  }

  /** Whom the rows of a job name; null for a row that was emptied. */
  async named(officer: Principal, jobId: string): Promise<(string | null)[]> {
    const { rows } = await this.jobs.listRows(officer, jobId, 1000, '');
    return rows.map(({ entry }) => entry?.speakerId ?? null);
  }

  /** Does day after day what keys need, until a time. */
  async keepKeysUntil({ tenantId }: Principal, until: Date): Promise<void> {
    const { database, keyring, clock } = this;
    const parts = { database, keyring, clock, backupDays, reseals: RESEALS };
    const onFailure = (error: unknown) => {
      throw error;
    };
    const work = new KeyWork(parts);
    const keeper = new KeyKeeper({
      database,
      keys: new Keys(parts),
      work,
      onFailure,
      onUnreadable: onFailure,
    });
    while (clock.now() < until) {
      clock.advance(DAY_MS);
      await keeper.maintain(tenantId);
    }
  }
}

async function* manifestRows(speakerIds: readonly string[]): AsyncGenerator<ManifestRow> {
  for (const [index, speakerId] of speakerIds.entries()) {
    const file = await Promise.resolve(`${index}.wav`);
    const told = { consentReference: '', recordedAt: null, proofing: null, problem: null };
    yield { row: index + 1, file, speakerId, label: 'default', channel: null, ...told };
  }
}

/** Whether a dump holds a text: as it is, or in the hexadecimal and base64 forms that binary columns are written in. */
async function dumpHolds(file: string, text: string): Promise<boolean> {
  const content = await readFile(file);
  const bytes = Buffer.from(text);
  return [text, bytes.toString('hex'), bytes.toString('base64')].some((form) => content.includes(form));
}

test('an erased person is in no dump and no file, an old dump opens everybody else, and the evidence stands alone', async (t) => {
  t.timeout(180_000);
  const server = await debianPostgres(t);
  const url = await server.create('vouch');
  await migrate(url);
  const folder = await mkdtemp(join(tmpdir(), 'vouch-keys-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const keyring = await FileKeyring.open(join(folder, 'keyring.json'));
  const clock = new TestClock();
  const live = await Holding.open(t, url, keyring, clock);
  const officer = await newTenant(new Tenants(live.database, keyring, clock));
  await live.consents.publishNotice(officer, notice(), 'notice');
  for (const speakerId of [...OTHERS, ERASED]) await live.enrol(officer, speakerId);
  const jobId = await live.manifest(officer, [OTHERS[0]!, ERASED, OTHERS[1]!]);
  // Statistics of the planner keep samples of columns, where they may.
  await asOwner(url, 'ANALYZE');
  await asOwner(url, 'CHECKPOINT');
  const before = await server.dump(url);
  t.true(await dumpHolds(before, ERASED));
  t.true((await filesWith(server.directory, ERASED)).length >= 3, 'in the table, its index and the log');

  const input = { speakerId: ERASED, onBehalfOf: '', idempotencyKey: randomUUID() };
  const receipt = await live.rights.erase(officer, input);
  t.like(receipt.destroyed, { names: 1, voiceprints: 1, dataKeys: 1, manifestRows: 1 });
  await asOwner(url, 'VACUUM');
  await asOwner(url, 'CHECKPOINT');
  t.true((await filesWith(server.directory, ERASED)).length > 0, 'without the scrub its bytes are there');
  t.like(await scrub(url), { segmentsKept: 0, archived: false });
  const after = await server.dump(url);
  t.false(await dumpHolds(after, ERASED));
  t.deepEqual(await filesWith(server.directory, ERASED), []);
  t.true(await dumpHolds(after, OTHERS[0]!), 'the search finds what is there');
  t.true((await filesWith(server.directory, OTHERS[0]!)).length > 0);
  t.deepEqual(await live.rights.erase(officer, input), receipt, 'it still serves, and knows the repeat');

  t.deepEqual(await live.named(officer, jobId), [OTHERS[0]!, null, OTHERS[1]!], 'beside it all are read');

  const restoredUrl = await server.create('restored');
  await server.restore(restoredUrl, before);
  const restored = await Holding.open(t, restoredUrl, keyring, clock);
  t.is(
    await restored.opened(officer, ERASED),
    1,
    'a backup within its term opens: hence the time that is stated',
  );

  t.true((await restored.named(officer, jobId)).includes(ERASED));

  await live.keepKeysUntil(officer, receipt.unrecoverableAfter);
  t.true(receipt.unrecoverableAfter.getTime() - receipt.erasedAt.getTime() <= 67 * DAY_MS);
  t.is(await reasonOf(restored.opened(officer, ERASED)), 'KEY_MISSING');
  t.is(await reasonOf(restored.named(officer, jobId)), 'KEY_MISSING');
  // What rotation wrapped anew is in the database of today: docs/keys.md.
  await asOwner(restoredUrl, 'TRUNCATE vouch.speaker_keys, vouch.key_epochs, vouch.call_checkpoints');
  await server.restore(restoredUrl, await server.dump(url, ['key_epochs', 'speaker_keys']));
  for (const speakerId of OTHERS) t.is(await restored.opened(officer, speakerId), 1, speakerId);
  t.is(await reasonOf(restored.opened(officer, ERASED)), 'KEY_MISSING');
  t.is(await reasonOf(restored.named(officer, jobId)), 'CIPHERTEXT_INVALID', 'the keys of today do not fit');
  t.deepEqual(await live.named(officer, jobId), [OTHERS[0]!, null, OTHERS[1]!]);

  // Nothing but the sealed record and its key, in a database that never knew anybody.
  const aloneUrl = await server.create('alone');
  await migrate(aloneUrl);
  const tables = ['tenants', 'key_epochs', 'speaker_keys', 'erasure_evidence'];
  await server.restore(aloneUrl, await server.dump(url, tables));
  await asOwner(
    aloneUrl,
    'DELETE FROM vouch.speaker_keys WHERE speaker_ref NOT IN (SELECT evidence_id FROM vouch.erasure_evidence)',
  );
  const alone = await Holding.open(t, aloneUrl, keyring, clock);
  const [evidence] = await alone.rights.evidence(officer, ERASED);
  t.deepEqual(evidence!.receipt, receipt);
  t.like(evidence!.consentEvents, [{ type: 'CONSENT_RECORDED', occurredAt: receipt.erasedAt }]);
  t.true(evidence!.consentEvents[0]!.details.length > 0, 'with what stood behind it');
  t.is(await reasonOf(alone.rights.evidence(officer, OTHERS[0]!)), 'EVIDENCE_NOT_FOUND');
});
