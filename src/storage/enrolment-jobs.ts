import type {
  EnrolmentJob,
  EnrolmentJobState,
  EnrolmentJobTerms,
  EnrolmentRowResult,
} from '../domain/enrolment-job.js';
import type { Role } from '../domain/principal.js';
import type { Transaction } from './transaction.js';

/** A batch job that is about to be loaded. */
export interface NewEnrolmentJob extends EnrolmentJobTerms {
  readonly jobId: string;
  readonly createdAt: Date;
  readonly actorRef: string;
  readonly role: string;
  readonly onBehalfOfRef: string | null;
}

/** On whose authority the rows of a job are worked on. */
export interface JobAuthority {
  readonly actorId: string;
  readonly role: Role;
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
}

const COLUMNS = `job_id AS "jobId", state, existing, recorded_before_entry AS "recordedBeforeEntry", row_count AS rows,
  enrolled, skipped, failed, created_at AS "createdAt", ended_at AS "endedAt"`;

export async function insertEnrolmentJob(tx: Transaction, job: NewEnrolmentJob): Promise<void> {
  await tx.query(
    `INSERT INTO enrolment_jobs (job_id, existing, recorded_before_entry, created_at, created_by_actor,
       created_by_role, on_behalf_of)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      job.jobId,
      job.existing,
      job.recordedBeforeEntry,
      job.createdAt,
      job.actorRef,
      job.role,
      job.onBehalfOfRef,
    ],
  );
}

/** Notes that the job's manifest is still arriving. */
export async function touchLoadingJob(tx: Transaction, jobId: string): Promise<void> {
  await tx.query('UPDATE enrolment_jobs SET loaded_at = now() WHERE job_id = $1', [jobId]);
}

/** A job that was loaded; null where there is none. */
export async function findEnrolmentJob(tx: Transaction, jobId: string): Promise<EnrolmentJob | null> {
  const [row] = await tx.query<EnrolmentJob>(
    `SELECT ${COLUMNS} FROM enrolment_jobs WHERE job_id = $1 AND state <> 'LOADING'`,
    [jobId],
  );
  return row ?? null;
}

/** Where a list of jobs goes on: after the job that was made then, among those made at the same time by its id. */
export interface JobPosition {
  readonly createdAt: Date;
  readonly jobId: string;
}

/** Jobs that were loaded, those made last first; after a position, or from the first. */
export async function listEnrolmentJobs(
  tx: Transaction,
  after: JobPosition | null,
  limit: number,
): Promise<readonly EnrolmentJob[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM enrolment_jobs
     WHERE state <> 'LOADING' AND ($1::timestamptz IS NULL OR (created_at, job_id) < ($1, $2::uuid))
     ORDER BY created_at DESC, job_id DESC LIMIT $3`,
    [after?.createdAt ?? null, after?.jobId ?? null, limit],
  );
}

export async function findJobAuthority(tx: Transaction, jobId: string): Promise<JobAuthority | null> {
  const [row] = await tx.query<JobAuthority>(
    `SELECT maker.actor_id AS "actorId", created_by_role AS role, coalesce(behalf.actor_id, '') AS "onBehalfOf"
     FROM enrolment_jobs
     JOIN actors maker ON maker.actor_ref = created_by_actor
     LEFT JOIN actors behalf ON behalf.actor_ref = on_behalf_of
     WHERE job_id = $1`,
    [jobId],
  );
  return row ?? null;
}

/** All rows are there: work may begin. A job whose rows all failed already has ended. */
export async function openEnrolmentJob(
  tx: Transaction,
  jobId: string,
  { rows, failed, now }: { rows: number; failed: number; now: Date },
): Promise<void> {
  await tx.query(
    `UPDATE enrolment_jobs SET row_count = $2, failed = $3,
       state = CASE WHEN $2::int = $3::int THEN 'ENDED' ELSE 'RUNNING' END,
       ended_at = CASE WHEN $2::int = $3::int THEN $4::timestamptz END
     WHERE job_id = $1 AND state = 'LOADING'`,
    [jobId, rows, failed, now],
  );
}

/** Counts a result; with the last one the job has ended. False where the job does not run any more. */
export async function countResult(
  tx: Transaction,
  jobId: string,
  result: EnrolmentRowResult,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE enrolment_jobs SET
       enrolled = enrolled + ($2::text = 'ENROLLED')::int,
       skipped = skipped + ($2::text = 'SKIPPED')::int,
       failed = failed + ($2::text = 'FAILED')::int,
       state = CASE WHEN enrolled + skipped + failed + 1 = row_count THEN 'ENDED' ELSE state END,
       ended_at = CASE WHEN enrolled + skipped + failed + 1 = row_count THEN $3::timestamptz END
     WHERE job_id = $1 AND state = 'RUNNING' RETURNING 1`,
    [jobId, result, now],
  );
  return rows.length > 0;
}

/** Ends a job that runs. False where it does not. */
export async function cancelJob(tx: Transaction, jobId: string, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE enrolment_jobs SET state = 'CANCELLED', ended_at = $2 WHERE job_id = $1 AND state = 'RUNNING' RETURNING 1`,
    [jobId, now],
  );
  return rows.length > 0;
}

/** Jobs whose manifest stopped arriving this long ago, ms. */
export async function forsakenJobs(tx: Transaction, silentMs: number): Promise<string[]> {
  const rows = await tx.query<{ jobId: string }>(
    `SELECT job_id AS "jobId" FROM enrolment_jobs
     WHERE state = 'LOADING' AND loaded_at < now() - $1 * interval '1 ms'`,
    [silentMs],
  );
  return rows.map(({ jobId }) => jobId);
}

/**
 * Deletes some rows of a job that is in one of these states, with the keys that seal no others, and with the last of them
 * the job. False: there are more.
 */
export async function discardJob(
  tx: Transaction,
  jobId: string,
  states: readonly (EnrolmentJobState | 'LOADING')[],
  most: number,
): Promise<boolean> {
  const rows = await tx.query<{ keyRef: string }>(
    `DELETE FROM enrolment_job_rows WHERE job_id = $1 AND row_number IN (
       SELECT row_number FROM enrolment_job_rows JOIN enrolment_jobs USING (tenant_id, job_id)
       WHERE job_id = $1 AND state = ANY ($2) LIMIT $3)
     RETURNING key_ref AS "keyRef"`,
    [jobId, states, most],
  );
  await tx.query(
    `DELETE FROM speaker_keys k WHERE speaker_ref = ANY ($1) AND NOT EXISTS (
       SELECT FROM enrolment_job_rows r WHERE r.tenant_id = k.tenant_id AND r.key_ref = k.speaker_ref)`,
    [[...new Set(rows.map(({ keyRef }) => keyRef))]],
  );
  if (rows.length === most) return false;
  await tx.query('DELETE FROM enrolment_jobs WHERE job_id = $1 AND state = ANY ($2)', [jobId, states]);
  return true;
}

/** A job whose term is over. */
export interface OldJobRow {
  readonly jobId: string;
  readonly endedAt: Date;
  readonly rows: number;
  /** Whether it names somebody whose data must not be destroyed. */
  readonly held: boolean;
}

/** Jobs that ended before a time, and manifests that stopped arriving before it; in the order of their ids, from after one. */
export async function listOldJobs(
  tx: Transaction,
  before: Date,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly OldJobRow[]> {
  return tx.query(
    `SELECT job_id AS "jobId", coalesce(ended_at, loaded_at) AS "endedAt", row_count AS rows,
       EXISTS (SELECT FROM speaker_states s JOIN enrolment_job_rows r
         ON r.tenant_id = s.tenant_id AND r.speaker_hash = s.id_hash
         WHERE r.job_id = j.job_id AND s.state IN ('LEGAL_HOLD', 'RESTRICTED')) AS held
     FROM enrolment_jobs j
     WHERE state <> 'RUNNING' AND coalesce(ended_at, loaded_at) < $1 AND ($2::uuid IS NULL OR job_id > $2)
     ORDER BY job_id LIMIT $3`,
    [before, page.after, page.limit],
  );
}
