import type { VoiceprintSource, VoiceprintStatus } from '../domain/people.js';
import type { SpeechQuality } from '../domain/speech.js';
import type { Transaction } from './transaction.js';

/** A version of a voiceprint without its vectors. */
export interface VoiceprintRow {
  readonly voiceprintId: string;
  readonly speakerRef: string;
  readonly label: string;
  readonly version: number;
  readonly status: VoiceprintStatus;
  readonly source: VoiceprintSource;
  readonly consentEventId: string;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  readonly codec: string;
  readonly consistency: number;
  /** Sealed under the speaker's key. */
  readonly lineage: Buffer;
  readonly createdAt: Date;
  readonly usableFrom: Date | null;
  /** The version that it was made from together with a call's speech; null for one of its own. */
  readonly adaptedFrom: string | null;
}

const COLUMNS = `voiceprint_id AS "voiceprintId", speaker_ref AS "speakerRef", label, version, status, source,
  consent_event_id AS "consentEventId", net_speech_ms AS "netSpeechMs", quality, codec, consistency, lineage,
  created_at AS "createdAt", usable_from AS "usableFrom", adapted_from AS "adaptedFrom"`;

/** All versions of a speaker's voiceprints, by label and version. */
export async function listVoiceprints(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly VoiceprintRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM voiceprints WHERE speaker_ref = $1 ORDER BY label COLLATE "C", version`,
    [speakerRef],
  );
}

export async function findVoiceprint(tx: Transaction, voiceprintId: string): Promise<VoiceprintRow | null> {
  const [row] = await tx.query<VoiceprintRow>(`SELECT ${COLUMNS} FROM voiceprints WHERE voiceprint_id = $1`, [
    voiceprintId,
  ]);
  return row ?? null;
}

export async function insertVoiceprint(
  tx: Transaction,
  row: VoiceprintRow & { actorRef: string; role: string; onBehalfOfRef: string | null },
): Promise<void> {
  await tx.query(
    `INSERT INTO voiceprints (voiceprint_id, speaker_ref, label, version, status, source, consent_event_id,
       net_speech_ms, quality, codec, consistency, lineage, created_at, usable_from, created_by_actor,
       created_by_role, on_behalf_of, adapted_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      row.voiceprintId,
      row.speakerRef,
      row.label,
      row.version,
      row.status,
      row.source,
      row.consentEventId,
      row.netSpeechMs,
      JSON.stringify(row.quality),
      row.codec,
      row.consistency,
      row.lineage,
      row.createdAt,
      row.usableFrom,
      row.actorRef,
      row.role,
      row.onBehalfOfRef,
      row.adaptedFrom,
    ],
  );
}

export async function setVoiceprintStatus(
  tx: Transaction,
  voiceprintId: string,
  status: VoiceprintStatus,
): Promise<void> {
  await tx.query('UPDATE voiceprints SET status = $2 WHERE voiceprint_id = $1', [voiceprintId, status]);
}

/** Says from when on a voiceprint may be used, with the status that it has until then. */
export async function setVoiceprintUse(
  tx: Transaction,
  voiceprintId: string,
  status: VoiceprintStatus,
  usableFrom: Date,
): Promise<void> {
  await tx.query('UPDATE voiceprints SET status = $2, usable_from = $3 WHERE voiceprint_id = $1', [
    voiceprintId,
    status,
    usableFrom,
  ]);
}

/** Who enrolled a voiceprint, and on whose behalf; null where there is no such voiceprint. */
export async function findEnroller(
  tx: Transaction,
  voiceprintId: string,
): Promise<{ readonly actorRef: string; readonly onBehalfOfRef: string | null } | null> {
  const [row] = await tx.query<{ actorRef: string; onBehalfOfRef: string | null }>(
    `SELECT created_by_actor AS "actorRef", on_behalf_of AS "onBehalfOfRef" FROM voiceprints WHERE voiceprint_id = $1`,
    [voiceprintId],
  );
  return row ?? null;
}

/** Deletes one voiceprint with its vectors. */
export async function deleteVoiceprint(tx: Transaction, voiceprintId: string): Promise<void> {
  await tx.query('DELETE FROM voiceprints WHERE voiceprint_id = $1', [voiceprintId]);
}

/** Sets all versions of a speaker's voiceprints aside for good, so that no review brings one back; how many. */
export async function quarantineVoiceprintsOf(tx: Transaction, speakerRef: string): Promise<number> {
  await tx.query(
    `DELETE FROM voiceprint_reviews WHERE voiceprint_id IN (
       SELECT voiceprint_id FROM voiceprints WHERE speaker_ref = $1)`,
    [speakerRef],
  );
  const rows = await tx.query(
    "UPDATE voiceprints SET status = 'QUARANTINED' WHERE speaker_ref = $1 RETURNING 1",
    [speakerRef],
  );
  return rows.length;
}

/** Labels under which a speaker has a voiceprint that is in use or may come into use: not what was superseded or set aside for good. */
export async function labelsInUse(tx: Transaction, speakerRef: string): Promise<readonly string[]> {
  const rows = await tx.query<{ label: string }>(
    `SELECT DISTINCT label FROM voiceprints v WHERE speaker_ref = $1 AND (status IN ('PENDING', 'ACTIVE')
       OR EXISTS (SELECT FROM voiceprint_reviews r WHERE r.voiceprint_id = v.voiceprint_id))`,
    [speakerRef],
  );
  return rows.map(({ label }) => label);
}

/** Deletes the voiceprints that were set aside for good, and not for a review, with their vectors; how many. */
export async function deleteQuarantined(tx: Transaction, speakerRef: string): Promise<number> {
  const rows = await tx.query(
    `DELETE FROM voiceprints v WHERE speaker_ref = $1 AND status = 'QUARANTINED'
       AND NOT EXISTS (SELECT FROM voiceprint_reviews r WHERE r.voiceprint_id = v.voiceprint_id) RETURNING 1`,
    [speakerRef],
  );
  return rows.length;
}

/** Puts something else that was sealed in the place of a version's lineage. */
export async function replaceLineage(tx: Transaction, voiceprintId: string, lineage: Buffer): Promise<void> {
  await tx.query('UPDATE voiceprints SET lineage = $2 WHERE voiceprint_id = $1', [voiceprintId, lineage]);
}
