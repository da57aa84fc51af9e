import { randomUUID } from 'node:crypto';
import { appendEntry } from '../../audit/index.js';
import { requestDigest, type Keyring } from '../../crypto/index.js';
import type { Clock } from '../../domain/clock.js';
import type { EnrolmentJob, EnrolmentJobRow, EnrolmentJobTerms } from '../../domain/enrolment-job.js';
import type { Principal } from '../../domain/principal.js';
import { VouchError } from '../../errors.js';
import { openSpeakerKeys } from '../../keys/index.js';
import {
  cancelJob,
  findEnrolmentJob,
  keysOfJobRows,
  listEnrolmentJobs,
  listJobRows,
  once,
  openEnrolmentJob,
  type Database,
  type JobPosition,
  type Transaction,
} from '../../storage/index.js';
import { LANES, queueLane } from './lanes.js';
import { ManifestLoader, type Loaded } from './load.js';
import { openRow } from './sealed-rows.js';
import type { ManifestRow } from '../../domain/enrolment-job.js';

/** A batch job that is asked for. */
export interface EnrolmentJobRequest extends EnrolmentJobTerms {
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/** A manifest that arrives. */
export interface Manifest {
  readonly rows: AsyncIterable<ManifestRow>;
  /** SHA-256 of its bytes in hex, once all rows were read. */
  readonly sha256: () => string;
}

/** A page of jobs. */
export interface EnrolmentJobList {
  readonly jobs: readonly EnrolmentJob[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}

/** A page of a job's rows. */
export interface EnrolmentJobPage {
  readonly rows: readonly EnrolmentJobRow[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}

/** Batch jobs: made of manifests, read, cancelled. What works on their rows is {@link JobRows}. */
export class EnrolmentJobs {
  readonly #loader: ManifestLoader;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.#loader = new ManifestLoader(database, keyring, clock);
  }

  /**
   * Makes a job of a manifest and queues it. Rows are stored as they arrive, a few hundred at a time; the job is there
   * once all are. What fails before that leaves nothing.
   *
   * @throws MANIFEST_INVALID, IDEMPOTENCY_KEY_REUSED, and what reading the manifest throws
   */
  async create(
    principal: Principal,
    request: EnrolmentJobRequest,
    manifest: Manifest,
  ): Promise<EnrolmentJob> {
    const { tenantId } = principal;
    await this.#loader.discardForsaken(tenantId);
    const jobId = randomUUID();
    try {
      const loaded = await this.#loader.load(principal, request, jobId, manifest.rows);
      const made = await this.#open(principal, request, jobId, manifest.sha256(), loaded);
      if (made.jobId !== jobId) await this.#loader.discard(tenantId, jobId);
      return made;
    } catch (error) {
      await this.#loader.discard(tenantId, jobId).catch(() => undefined);
      throw error;
    }
  }

  /** How far a job has come. Throws JOB_NOT_FOUND. */
  async get(principal: Principal, jobId: string): Promise<EnrolmentJob> {
    return this.database.tenant(principal.tenantId, (tx) => findJob(tx, jobId));
  }

  /**
   * A page of jobs, those made last first.
   *
   * @param pageSize - 1 to 1000
   * @param pageToken - from the page before; empty: the first
   * @throws FIELD_INVALID for a token that no page gave
   */
  async list(principal: Principal, pageSize: number, pageToken: string): Promise<EnrolmentJobList> {
    const after = pageToken === '' ? null : positionOf(pageToken);
    const found = await this.database.tenant(principal.tenantId, (tx) =>
      listEnrolmentJobs(tx, after, pageSize + 1),
    );
    const jobs = found.slice(0, pageSize);
    const last = jobs.at(-1);
    return { jobs, nextPageToken: found.length > pageSize && last ? tokenOf(last) : '' };
  }

  /**
   * A page of a job's rows with their results. That they were listed is recorded.
   *
   * @param pageSize - 1 to 1000
   * @param pageToken - from the page before; empty: the first
   * @throws JOB_NOT_FOUND; FIELD_INVALID for a token that no page gave
   */
  async listRows(
    principal: Principal,
    jobId: string,
    pageSize: number,
    pageToken: string,
  ): Promise<EnrolmentJobPage> {
    const after = decodeToken(pageToken);
    return this.database.tenant(principal.tenantId, async (tx) => {
      await findJob(tx, jobId);
      // The keys before the rows: they stay theirs from then on.
      const keyRefs = await keysOfJobRows(tx, jobId, after, pageSize);
      const keys = await openSpeakerKeys(tx, this.keyring, keyRefs);
      const stored = await listJobRows(tx, jobId, after, pageSize + 1);
      const page = stored.slice(0, pageSize);
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'ENROLMENT_JOB_ROWS_LISTED',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: { jobId, count: page.length },
      });
      return {
        rows: page.map(({ keyRef, sealed, voiceprintId, ...row }) => ({
          ...row,
          entry: openRow(keys.get(keyRef), { row: row.row, sealed }),
          voiceprintId: voiceprintId ?? '',
        })),
        nextPageToken: stored.length > pageSize ? encodeToken(page.at(-1)?.row ?? 0) : '',
      };
    });
  }

  /**
   * Ends a job: once this has returned, no row gets a result any more. One that has ended stays as it is.
   *
   * @throws JOB_NOT_FOUND, IDEMPOTENCY_KEY_REUSED
   */
  async cancel(principal: Principal, jobId: string, idempotencyKey: string): Promise<EnrolmentJob> {
    const method = 'CancelEnrolmentJob';
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { jobId });
    return this.database.tenant(principal.tenantId, async (tx) => {
      await once(tx, { method, key: idempotencyKey, digest }, () => this.#cancel(tx, principal, jobId));
      return findJob(tx, jobId);
    });
  }

  async #cancel(tx: Transaction, principal: Principal, jobId: string): Promise<null> {
    const { state } = await findJob(tx, jobId);
    if (state !== 'RUNNING') return null;
    const now = this.clock.now();
    // The chain before the job, as those that finish rows: both wait for one another's turn in the same order.
    const body = { jobId };
    const type = 'ENROLMENT_JOB_CANCELLED';
    await appendEntry(tx, principal, { kind: 'AUDIT', type, subjectRef: null, recordedAt: now, body });
    await cancelJob(tx, jobId, now);
    return null;
  }

  async #open(
    principal: Principal,
    request: EnrolmentJobRequest,
    jobId: string,
    sha256: string,
    { rows, failed }: Loaded,
  ): Promise<EnrolmentJob> {
    const { tenantId } = principal;
    const { existing, recordedBeforeEntry, onBehalfOf, idempotencyKey: key } = request;
    const asked = { existing, recordedBeforeEntry, onBehalfOf, sha256 };
    const method = 'CreateEnrolmentJob';
    const digest = await requestDigest(this.keyring, tenantId, method, asked);
    return this.database.tenant(tenantId, async (tx) => {
      const made = await once(tx, { method, key, digest }, async () => {
        const now = this.clock.now();
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'ENROLMENT_JOB_CREATED',
          subjectRef: null,
          onBehalfOf,
          recordedAt: now,
          body: { jobId, rows, existing, recordedBeforeEntry },
        });
        await openEnrolmentJob(tx, jobId, { rows, failed, now });
        for (let lane = 0; lane < Math.min(LANES, rows + 1); lane++)
          await queueLane(tx, { tenantId, jobId, lane, turn: 0 });
        return { jobId };
      });
      return findJob(tx, made.jobId);
    });
  }
}

async function findJob(tx: Transaction, jobId: string): Promise<EnrolmentJob> {
  const job = await findEnrolmentJob(tx, jobId);
  if (job === null) throw new VouchError('JOB_NOT_FOUND');
  return job;
}

/** Callers pass tokens back and should see nothing to build on in them. */
function encodeToken(after: number): string {
  return Buffer.from(String(after)).toString('base64url');
}

function decodeToken(token: string): number {
  if (token === '') return 0;
  const after = Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isSafeInteger(after) || encodeToken(after) !== token) {
    throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  }
  return after;
}

/** As {@link encodeToken}, of a list of jobs. */
function tokenOf({ createdAt, jobId }: JobPosition): string {
  return Buffer.from(`${createdAt.getTime()} ${jobId}`).toString('base64url');
}

function positionOf(token: string): JobPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, time = '', jobId = ''] =
    /^(\d{1,15}) ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.exec(text) ?? [];
  const position = { createdAt: new Date(Number(time)), jobId };
  if (tokenOf(position) !== token) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return position;
}
