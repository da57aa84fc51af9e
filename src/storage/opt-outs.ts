import type { Transaction } from './transaction.js';

/** A lasting refusal. */
export interface OptOutRow {
  /** Keyed hash of the speaker's id. */
  readonly idHash: Buffer;
  /** The pseudonym that it was recorded under. */
  readonly subjectRef: string;
  readonly eventId: string;
  readonly chainPosition: number;
  /** When the person said so. */
  readonly since: Date;
}

export async function findOptOuts(
  tx: Transaction,
  idHashes: readonly Buffer[],
): Promise<readonly OptOutRow[]> {
  return tx.query(
    `SELECT id_hash AS "idHash", subject_ref AS "subjectRef", event_id AS "eventId",
       chain_position AS "chainPosition", since
     FROM opt_outs WHERE id_hash IN (SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash)`,
    [idHashes.map((hash) => hash.toString('hex'))],
  );
}

export async function putOptOut(tx: Transaction, row: OptOutRow): Promise<void> {
  await tx.query(
    `INSERT INTO opt_outs (id_hash, subject_ref, event_id, chain_position, since) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, id_hash) DO UPDATE SET subject_ref = excluded.subject_ref, event_id = excluded.event_id,
       chain_position = excluded.chain_position, since = excluded.since`,
    [row.idHash, row.subjectRef, row.eventId, row.chainPosition, row.since],
  );
}

export async function deleteOptOut(tx: Transaction, idHash: Buffer): Promise<void> {
  await tx.query('DELETE FROM opt_outs WHERE id_hash = $1', [idHash]);
}
