import type { Transaction } from './transaction.js';

/** The keys that a page of a job's rows is sealed under, where it was not emptied. */
export async function keysOfJobRows(
  tx: Transaction,
  jobId: string,
  after: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ keyRef: string }>(
    `SELECT DISTINCT key_ref AS "keyRef" FROM (
       SELECT key_ref, sealed FROM enrolment_job_rows WHERE job_id = $1 AND row_number > $2
       ORDER BY row_number LIMIT $3) page
     WHERE sealed IS NOT NULL ORDER BY 1`,
    [jobId, after, limit],
  );
  return rows.map(({ keyRef }) => keyRef);
}

/** The keys that rows about a speaker are sealed under, in all jobs. */
export async function manifestKeysOf(tx: Transaction, speakerHash: Buffer): Promise<readonly string[]> {
  const rows = await tx.query<{ keyRef: string }>(
    'SELECT DISTINCT key_ref AS "keyRef" FROM enrolment_job_rows WHERE speaker_hash = $1',
    [speakerHash],
  );
  return rows.map(({ keyRef }) => keyRef);
}

/** Puts something else that was sealed in the place of each row that is sealed under a key. */
export async function resealJobRowsOf(
  tx: Transaction,
  keyRef: string,
  reseal: (row: { readonly row: number; readonly sealed: Buffer }) => Buffer,
): Promise<void> {
  const rows = await tx.query<{ jobId: string; row: number; sealed: Buffer }>(
    `SELECT job_id AS "jobId", row_number AS row, sealed FROM enrolment_job_rows
     WHERE key_ref = $1 AND sealed IS NOT NULL`,
    [keyRef],
  );
  await tx.query(
    `UPDATE enrolment_job_rows r SET sealed = decode(c.sealed, 'base64')
     FROM unnest($1::uuid[], $2::int[], $3::text[]) AS c (job_id, row_number, sealed)
     WHERE r.job_id = c.job_id AND r.row_number = c.row_number`,
    [
      rows.map(({ jobId }) => jobId),
      rows.map(({ row }) => row),
      rows.map((row) => reseal(row).toString('base64')),
    ],
  );
}
