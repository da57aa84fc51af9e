import type { Transaction } from './transaction.js';

/** What one call gave towards a voiceprint. */
export interface PartialEvidenceRow {
  readonly speakerRef: string;
  readonly label: string;
  readonly callHash: Buffer;
  readonly consentEventId: string;
  /** Sealed under the speaker's key. */
  readonly evidence: Buffer;
  readonly expiresAt: Date;
}

const COLUMNS = `speaker_ref AS "speakerRef", label, call_hash AS "callHash", consent_event_id AS "consentEventId",
  evidence, expires_at AS "expiresAt"`;

/** Keeps what a call gave, in the place of what it gave before. */
export async function putPartialEvidence(tx: Transaction, row: PartialEvidenceRow): Promise<void> {
  await tx.query(
    `INSERT INTO partial_evidence (speaker_ref, label, call_hash, consent_event_id, evidence, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id, speaker_ref, label, call_hash)
       DO UPDATE SET consent_event_id = $4, evidence = $5, expires_at = $6`,
    [row.speakerRef, row.label, row.callHash, row.consentEventId, row.evidence, row.expiresAt],
  );
}

/** What calls gave towards a speaker's voiceprint of a label. */
export async function listPartialEvidence(
  tx: Transaction,
  speakerRef: string,
  label: string,
): Promise<readonly PartialEvidenceRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM partial_evidence WHERE speaker_ref = $1 AND label = $2 ORDER BY expires_at, call_hash`,
    [speakerRef, label],
  );
}

/** What calls gave towards any voiceprint of a speaker. */
export async function listPartialEvidenceOf(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly PartialEvidenceRow[]> {
  return tx.query(`SELECT ${COLUMNS} FROM partial_evidence WHERE speaker_ref = $1 ORDER BY expires_at`, [
    speakerRef,
  ]);
}

/** Puts something else that was sealed in the place of what each call gave towards a speaker's voiceprints. */
export async function resealPartialEvidenceOf(
  tx: Transaction,
  speakerRef: string,
  reseal: (row: Pick<PartialEvidenceRow, 'label' | 'callHash' | 'evidence'>) => Buffer,
): Promise<void> {
  for (const row of await listPartialEvidenceOf(tx, speakerRef))
    await putPartialEvidence(tx, { ...row, evidence: reseal(row) });
}

/** Deletes what was given towards a label, once the voiceprint is made. */
export async function deletePartialEvidence(
  tx: Transaction,
  speakerRef: string,
  label: string,
): Promise<void> {
  await tx.query('DELETE FROM partial_evidence WHERE speaker_ref = $1 AND label = $2', [speakerRef, label]);
}

/** Deletes what is older than its limit, over all tenants; in a transaction of the system. How much there was. */
export async function purgePartialEvidence(tx: Transaction, now: Date): Promise<number> {
  const rows = await tx.query('DELETE FROM partial_evidence WHERE expires_at <= $1 RETURNING 1', [now]);
  return rows.length;
}
