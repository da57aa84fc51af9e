import type { Transaction } from './transaction.js';

/** A speaker's trust phrase as stored. */
export interface TrustPhraseRow {
  readonly phraseId: string;
  /** Sealed under the speaker's key. */
  readonly ciphertext: Buffer;
  readonly status: 'READY' | 'USED';
  /** Keyed hash of the call that it was shown in; null before. */
  readonly usedCallHash: Buffer | null;
  readonly createdAt: Date;
}

/** Keeps a new phrase, ready to be used, in the place of the one before. */
export async function putTrustPhrase(
  tx: Transaction,
  speakerRef: string,
  phrase: { readonly phraseId: string; readonly ciphertext: Buffer; readonly createdAt: Date },
): Promise<void> {
  await tx.query(
    `INSERT INTO trust_phrases (speaker_ref, phrase_id, ciphertext, status, created_at)
     VALUES ($1, $2, $3, 'READY', $4)
     ON CONFLICT (tenant_id, speaker_ref)
       DO UPDATE SET phrase_id = $2, ciphertext = $3, status = 'READY', used_call_hash = NULL, created_at = $4`,
    [speakerRef, phrase.phraseId, phrase.ciphertext, phrase.createdAt],
  );
}

/** A speaker's phrase; nobody else sees or changes it until the transaction ends. */
export async function lockTrustPhrase(tx: Transaction, speakerRef: string): Promise<TrustPhraseRow | null> {
  const [row] = await tx.query<TrustPhraseRow>(
    `SELECT phrase_id AS "phraseId", ciphertext, status, used_call_hash AS "usedCallHash", created_at AS "createdAt"
     FROM trust_phrases WHERE speaker_ref = $1 FOR UPDATE`,
    [speakerRef],
  );
  return row ?? null;
}

/** Puts something else that was sealed in the place of a speaker's phrase. */
export async function replaceTrustPhrase(
  tx: Transaction,
  speakerRef: string,
  ciphertext: Buffer,
): Promise<void> {
  await tx.query('UPDATE trust_phrases SET ciphertext = $2 WHERE speaker_ref = $1', [speakerRef, ciphertext]);
}

/** Notes the call that a phrase was shown in: it is good for no other. */
export async function useTrustPhrase(tx: Transaction, speakerRef: string, callHash: Buffer): Promise<void> {
  await tx.query(`UPDATE trust_phrases SET status = 'USED', used_call_hash = $2 WHERE speaker_ref = $1`, [
    speakerRef,
    callHash,
  ]);
}
