import type { SpeakerRow } from './speakers.js';
import type { Transaction } from './transaction.js';

/** Says which account a speaker belongs to, by the keyed hash of its id; null: to none. */
export async function setSpeakerAccount(
  tx: Transaction,
  speakerRef: string,
  accountHash: Buffer | null,
): Promise<void> {
  if (accountHash === null) {
    await tx.query('DELETE FROM speaker_accounts WHERE speaker_ref = $1', [speakerRef]);
    return;
  }
  await tx.query(
    `INSERT INTO speaker_accounts (speaker_ref, account_hash) VALUES ($1, $2)
     ON CONFLICT (tenant_id, speaker_ref) DO UPDATE SET account_hash = $2`,
    [speakerRef, accountHash],
  );
}

/** Whether two speakers, by id, belong to one account. */
export async function shareAccount(tx: Transaction, speakerId: string, otherId: string): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM speaker_accounts own JOIN speaker_accounts other ON other.account_hash = own.account_hash
     JOIN speakers a ON a.speaker_ref = own.speaker_ref JOIN speakers b ON b.speaker_ref = other.speaker_ref
     WHERE a.speaker_id = $1 AND b.speaker_id = $2`,
    [speakerId, otherId],
  );
  return rows.length > 0;
}

/**
 * The other speakers of a speaker's account; nobody where there is no account. Whoever asks for the same account waits until
 * the transaction ends, so that of two who enrol at the same moment the second sees the first.
 */
export async function lockAccountOf(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly Pick<SpeakerRow, 'speakerRef' | 'speakerId'>[]> {
  // A statement of its own: the next one sees what was committed while this one waited.
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended(tenant_id || ' ' || encode(account_hash, 'hex'), 0))
     FROM speaker_accounts WHERE speaker_ref = $1`,
    [speakerRef],
  );
  return tx.query(
    `SELECT s.speaker_ref AS "speakerRef", s.speaker_id AS "speakerId"
     FROM speaker_accounts own JOIN speaker_accounts other ON other.account_hash = own.account_hash
     JOIN speakers s ON s.speaker_ref = other.speaker_ref
     WHERE own.speaker_ref = $1 AND other.speaker_ref <> $1 ORDER BY s.speaker_ref`,
    [speakerRef],
  );
}
