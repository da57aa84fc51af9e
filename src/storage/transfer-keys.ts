import type { Transaction } from './transaction.js';

/** A key under which others seal for this installation. */
export interface TransferKeyRow {
  readonly transferId: string;
  readonly publicKey: Buffer;
  /** Sealed under the data key that stands under the transfer's id. */
  readonly privateKey: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const COLUMNS = `transfer_id AS "transferId", public_key AS "publicKey", private_key AS "privateKey",
  created_at AS "createdAt", expires_at AS "expiresAt"`;

export async function insertTransferKey(tx: Transaction, row: TransferKeyRow): Promise<void> {
  await tx.query(
    `INSERT INTO transfer_keys (transfer_id, public_key, private_key, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [row.transferId, row.publicKey, row.privateKey, row.createdAt, row.expiresAt],
  );
}

export async function findTransferKey(tx: Transaction, transferId: string): Promise<TransferKeyRow | null> {
  const [row] = await tx.query<TransferKeyRow>(
    `SELECT ${COLUMNS} FROM transfer_keys WHERE transfer_id = $1`,
    [transferId],
  );
  return row ?? null;
}

/** Puts the private half in its place, sealed under another data key. */
export async function replaceTransferKey(
  tx: Transaction,
  transferId: string,
  privateKey: Buffer,
): Promise<void> {
  await tx.query('UPDATE transfer_keys SET private_key = $2 WHERE transfer_id = $1', [
    transferId,
    privateKey,
  ]);
}

/** Keys whose time is over, oldest first, at most so many. */
export async function listExpiredTransferKeys(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<readonly TransferKeyRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM transfer_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2`,
    [now, limit],
  );
}

/** Destroys a key, and the data key that sealed its private half. */
export async function deleteTransferKey(tx: Transaction, transferId: string): Promise<void> {
  await tx.query('DELETE FROM transfer_keys WHERE transfer_id = $1', [transferId]);
  await tx.query('DELETE FROM speaker_keys WHERE speaker_ref = $1', [transferId]);
}

/** A speaker as they are transferred, without what is sealed. */
export interface TransferableRow {
  readonly speakerRef: string;
  readonly speakerId: string;
  readonly createdAt: Date;
  /** When they were last accepted in a call. */
  readonly acceptedAt: Date | null;
}

/** Speakers in the order of their pseudonyms, from after one; null: from the first. */
export async function listTransferable(
  tx: Transaction,
  after: string | null,
  limit: number,
): Promise<readonly TransferableRow[]> {
  return tx.query(
    `SELECT speaker_ref AS "speakerRef", speaker_id AS "speakerId", created_at AS "createdAt",
       accepted_at AS "acceptedAt"
     FROM speakers LEFT JOIN speaker_activity USING (tenant_id, speaker_ref)
     WHERE $1::uuid IS NULL OR speaker_ref > $1 ORDER BY speaker_ref LIMIT $2`,
    [after, limit],
  );
}

/** Keeps when an imported speaker was last accepted elsewhere. */
export async function insertActivity(tx: Transaction, speakerRef: string, acceptedAt: Date): Promise<void> {
  await tx.query('INSERT INTO speaker_activity (speaker_ref, accepted_at) VALUES ($1, $2)', [
    speakerRef,
    acceptedAt,
  ]);
}
