import type { Transaction } from './transaction.js';

/** What is kept of an erased person, sealed under the data key of `evidenceId`. */
export interface EvidenceRow {
  readonly evidenceId: string;
  /** Keyed hash of the erased id. */
  readonly idHash: Buffer;
  readonly ciphertext: Buffer;
  readonly erasedAt: Date;
  readonly keepUntil: Date;
}

const COLUMNS = `evidence_id AS "evidenceId", id_hash AS "idHash", ciphertext, erased_at AS "erasedAt",
  keep_until AS "keepUntil"`;

export async function insertEvidence(tx: Transaction, row: EvidenceRow): Promise<void> {
  await tx.query(
    `INSERT INTO erasure_evidence (evidence_id, id_hash, ciphertext, erased_at, keep_until)
     VALUES ($1, $2, $3, $4, $5)`,
    [row.evidenceId, row.idHash, row.ciphertext, row.erasedAt, row.keepUntil],
  );
}

/** The records of one id, oldest first: who was erased may have come back, and been erased again. */
export async function findEvidence(tx: Transaction, idHash: Buffer): Promise<readonly EvidenceRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM erasure_evidence WHERE id_hash = $1 ORDER BY erased_at, evidence_id`,
    [idHash],
  );
}

/** One record. */
export async function getEvidence(tx: Transaction, evidenceId: string): Promise<EvidenceRow | null> {
  const [row] = await tx.query<EvidenceRow>(
    `SELECT ${COLUMNS} FROM erasure_evidence WHERE evidence_id = $1`,
    [evidenceId],
  );
  return row ?? null;
}

/** Puts the same record, sealed anew, in the place of one. */
export async function replaceEvidence(tx: Transaction, row: EvidenceRow): Promise<void> {
  await tx.query('DELETE FROM erasure_evidence WHERE evidence_id = $1', [row.evidenceId]);
  await insertEvidence(tx, row);
}

/** Records whose term is over, oldest first, from after one. */
export async function listOldEvidence(
  tx: Transaction,
  now: Date,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly EvidenceRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM erasure_evidence
     WHERE keep_until <= $1 AND ($2::uuid IS NULL OR evidence_id > $2) ORDER BY evidence_id LIMIT $3`,
    [now, page.after, page.limit],
  );
}

export async function deleteEvidence(tx: Transaction, evidenceId: string): Promise<void> {
  await tx.query('DELETE FROM erasure_evidence WHERE evidence_id = $1', [evidenceId]);
}
