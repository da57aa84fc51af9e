import type { Transaction } from './transaction.js';

/** The fingerprint of a call, or of a voiceprint's enrolment. */
export interface FingerprintRow {
  readonly speakerRef: string;
  /** Keyed hash of the call's id, or of the voiceprint's. */
  readonly sourceHash: Buffer;
  readonly consentEventId: string;
  /** Null for a call. */
  readonly voiceprintId: string | null;
  /** Sealed under the speaker's key. */
  readonly fingerprint: Buffer;
  readonly madeAt: Date;
  /** Null for an enrolment. */
  readonly expiresAt: Date | null;
}

const COLUMNS = `speaker_ref AS "speakerRef", source_hash AS "sourceHash", consent_event_id AS "consentEventId",
  voiceprint_id AS "voiceprintId", fingerprint, made_at AS "madeAt", expires_at AS "expiresAt"`;

/** Keeps a fingerprint, in the place of one of the same source. */
export async function putFingerprint(tx: Transaction, row: FingerprintRow): Promise<void> {
  await tx.query(
    `INSERT INTO replay_fingerprints (speaker_ref, source_hash, consent_event_id, voiceprint_id, fingerprint, made_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (tenant_id, speaker_ref, source_hash)
       DO UPDATE SET consent_event_id = $3, fingerprint = $5, made_at = $6, expires_at = $7`,
    [
      row.speakerRef,
      row.sourceHash,
      row.consentEventId,
      row.voiceprintId,
      row.fingerprint,
      row.madeAt,
      row.expiresAt,
    ],
  );
}

/** A speaker's fingerprints, the newest first. */
export async function listFingerprints(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly FingerprintRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM replay_fingerprints WHERE speaker_ref = $1 ORDER BY made_at DESC, source_hash`,
    [speakerRef],
  );
}

/** Deletes all but the newest fingerprints of a speaker's calls. */
export async function deleteFingerprintsBeyond(
  tx: Transaction,
  speakerRef: string,
  newest: number,
): Promise<void> {
  await tx.query(
    `DELETE FROM replay_fingerprints WHERE speaker_ref = $1 AND source_hash IN (
       SELECT source_hash FROM replay_fingerprints WHERE speaker_ref = $1 AND voiceprint_id IS NULL
       ORDER BY made_at DESC, source_hash OFFSET $2)`,
    [speakerRef, newest],
  );
}

/** Puts something else that was sealed in the place of each of a speaker's fingerprints. */
export async function resealFingerprintsOf(
  tx: Transaction,
  speakerRef: string,
  reseal: (row: FingerprintRow) => Buffer,
): Promise<void> {
  for (const row of await listFingerprints(tx, speakerRef))
    await putFingerprint(tx, { ...row, fingerprint: reseal(row) });
}

/** Deletes what is older than its limit, over all tenants; in a transaction of the system. */
export async function purgeFingerprints(tx: Transaction, now: Date): Promise<void> {
  await tx.query('DELETE FROM replay_fingerprints WHERE expires_at <= $1', [now]);
}
