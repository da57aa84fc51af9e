import type { EnrolmentRowResult } from '../domain/enrolment-job.js';
import type { Transaction } from './transaction.js';

/** A row of a manifest, sealed. */
export interface NewJobRow {
  readonly row: number;
  /** Keyed hashes. */
  readonly speakerHash: Buffer;
  /** Of speaker and label; null for a row with a problem. */
  readonly targetHash: Buffer | null;
  readonly sealed: Buffer;
  /** Why it failed by itself; empty: it did not. */
  readonly reason: string;
  readonly field: string;
}

/** A row that was begun. */
export interface BegunRow {
  readonly row: number;
  readonly sealed: Buffer | null;
  /** This one included. */
  readonly attempts: number;
}

/** A row that names somebody. */
export interface SubjectJobRow extends StoredJobRow {
  readonly jobId: string;
}

/** A row, and the key that it is sealed under. */
export interface RowKey {
  readonly row: number;
  /** As in the speakers' keys. */
  readonly keyRef: string;
}

/** A row with what came of it. */
export interface StoredJobRow {
  readonly row: number;
  readonly keyRef: string;
  readonly sealed: Buffer | null;
  readonly result: EnrolmentRowResult | null;
  readonly reason: string;
  readonly field: string;
  readonly voiceprintId: string | null;
  readonly finishedAt: Date | null;
}

/** What came of a row. */
export interface RowOutcome {
  readonly result: EnrolmentRowResult;
  readonly reason: string;
  readonly field: string;
  readonly voiceprintId: string | null;
}

/** How rows are added. */
export interface RowAddition {
  /** The key that they are sealed under. */
  readonly keyRef: string;
  /** The reason of a row whose speaker and label an earlier one has. */
  readonly repeated: string;
  readonly now: Date;
}

/**
 * Adds rows of a job. One whose speaker and label an earlier row of the job has fails with `repeated`.
 *
 * @returns how many have failed already
 */
export async function insertJobRows(
  tx: Transaction,
  jobId: string,
  rows: readonly NewJobRow[],
  addition: RowAddition,
): Promise<number> {
  const fresh = await insertRows(tx, jobId, rows, addition);
  const known = new Set(fresh.map(({ row }) => row));
  const again = rows
    .filter(({ row }) => !known.has(row))
    .map((row) => ({ ...row, targetHash: null, reason: addition.repeated, field: 'speaker' }));
  await insertRows(tx, jobId, again, addition);
  return rows.filter(({ reason }) => reason !== '').length + again.length;
}

async function insertRows(
  tx: Transaction,
  jobId: string,
  rows: readonly NewJobRow[],
  { keyRef, now }: RowAddition,
): Promise<{ row: number }[]> {
  if (rows.length === 0) return [];
  return tx.query(
    `INSERT INTO enrolment_job_rows (job_id, key_ref, row_number, speaker_hash, target_hash, sealed, result, reason, field, finished_at)
     SELECT $1, $9, row_number, decode(speaker_hash, 'hex'), decode(nullif(target_hash, ''), 'hex'), decode(sealed, 'base64'),
       CASE WHEN reason <> '' THEN 'FAILED' END, reason, field, CASE WHEN reason <> '' THEN $8::timestamptz END
     FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       AS given (row_number, speaker_hash, target_hash, sealed, reason, field)
     ORDER BY row_number
     ON CONFLICT (tenant_id, job_id, target_hash) DO NOTHING RETURNING row_number AS row`,
    [
      jobId,
      rows.map((each) => each.row),
      rows.map((each) => each.speakerHash.toString('hex')),
      rows.map((each) => each.targetHash?.toString('hex') ?? ''),
      rows.map((each) => each.sealed.toString('base64')),
      rows.map((each) => each.reason),
      rows.map((each) => each.field),
      now,
      keyRef,
    ],
  );
}

/** Which rows a worker takes: those of its lane, after a row. Lanes share the rows out among workers. */
export interface LanePosition {
  readonly lane: number;
  readonly lanes: number;
  readonly after: number;
}

/** The next row of a lane that has no result; null where there is none. */
export async function nextRow(
  tx: Transaction,
  jobId: string,
  { lane, lanes, after }: LanePosition,
): Promise<RowKey | null> {
  const [row] = await tx.query<RowKey>(
    `SELECT row_number AS row, key_ref AS "keyRef" FROM enrolment_job_rows
     WHERE job_id = $1 AND result IS NULL AND row_number > $4 AND row_number % $3 = $2
     ORDER BY row_number LIMIT 1`,
    [jobId, lane, lanes, after],
  );
  return row ?? null;
}

/** Begins a row, whose key is open by then. */
export async function beginRow(tx: Transaction, jobId: string, row: number): Promise<BegunRow | null> {
  const [begun] = await tx.query<BegunRow>(
    `UPDATE enrolment_job_rows SET attempts = attempts + 1 WHERE job_id = $1 AND row_number = $2
     RETURNING row_number AS row, sealed, attempts`,
    [jobId, row],
  );
  return begun ?? null;
}

/** Takes back that a row was begun: nothing was wrong with it. */
export async function unbeginRow(tx: Transaction, jobId: string, row: number): Promise<void> {
  await tx.query(
    `UPDATE enrolment_job_rows SET attempts = greatest(attempts - 1, 0)
     WHERE job_id = $1 AND row_number = $2 AND result IS NULL`,
    [jobId, row],
  );
}

/** Keeps a row from others until the transaction ends. False where it has its result. */
export async function lockRow(tx: Transaction, jobId: string, row: number): Promise<boolean> {
  const rows = await tx.query(
    'SELECT 1 FROM enrolment_job_rows WHERE job_id = $1 AND row_number = $2 AND result IS NULL FOR UPDATE',
    [jobId, row],
  );
  return rows.length > 0;
}

/** Gives a row its result. False where it has one. */
export async function finishRow(
  tx: Transaction,
  jobId: string,
  row: number,
  outcome: RowOutcome,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE enrolment_job_rows SET result = $3, reason = $4, field = $5, voiceprint_id = $6, finished_at = $7
     WHERE job_id = $1 AND row_number = $2 AND result IS NULL RETURNING 1`,
    [jobId, row, outcome.result, outcome.reason, outcome.field, outcome.voiceprintId, now],
  );
  return rows.length > 0;
}

/** Rows of a job from after a row on, in order. */
export async function listJobRows(
  tx: Transaction,
  jobId: string,
  after: number,
  limit: number,
): Promise<readonly StoredJobRow[]> {
  return tx.query(
    `SELECT row_number AS row, key_ref AS "keyRef", sealed, result, reason, field, voiceprint_id AS "voiceprintId",
       finished_at AS "finishedAt"
     FROM enrolment_job_rows WHERE job_id = $1 AND row_number > $2 ORDER BY row_number LIMIT $3`,
    [jobId, after, limit],
  );
}

/** Takes what manifests say about a speaker out of all jobs, for an erasure. What came of the rows stays. */
export async function forgetManifestRows(tx: Transaction, speakerHash: Buffer): Promise<number> {
  const rows = await tx.query(
    `UPDATE enrolment_job_rows SET sealed = NULL, speaker_hash = NULL, target_hash = NULL
     WHERE speaker_hash = $1 RETURNING 1`,
    [speakerHash],
  );
  return rows.length;
}

/** The rows of manifests that name somebody, at most so many. */
export async function listSubjectJobRows(
  tx: Transaction,
  speakerHash: Buffer,
  limit: number,
): Promise<readonly SubjectJobRow[]> {
  return tx.query(
    `SELECT job_id AS "jobId", row_number AS row, key_ref AS "keyRef", sealed, result, reason, field,
       voiceprint_id AS "voiceprintId", finished_at AS "finishedAt"
     FROM enrolment_job_rows WHERE speaker_hash = $1 ORDER BY job_id, row_number LIMIT $2`,
    [speakerHash, limit],
  );
}
