import type { VoiceprintSource, VoiceprintStatus } from '../domain/people.js';
import type { SpeechQuality } from '../domain/speech.js';
import { deleteCheckpointsOf } from './call-checkpoints.js';
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

/** A vector of a voiceprint, sealed under the speaker's key. */
export interface VectorRow {
  readonly voiceprintId: string;
  readonly space: string;
  readonly modelId: string;
  readonly modelSha256: string;
  readonly dimension: number;
  readonly ciphertext: Buffer;
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

/** What is kept beside voiceprints, and ends with them. */
export interface BesideVoiceprints {
  /** Speech of calls, towards further voiceprints. */
  readonly speechKept: number;
  readonly trustPhrases: number;
  /** Of earlier calls and enrolments, by which a replay is noticed. */
  readonly fingerprints: number;
}

/** All that rests on a speaker's VERIFY. */
export interface KeptUnderVerify extends BesideVoiceprints {
  /** Versions. */
  readonly voiceprints: number;
}

/** How much rests on a speaker's VERIFY. */
export async function countKeptUnderVerify(tx: Transaction, speakerRef: string): Promise<KeptUnderVerify> {
  const [row] = await tx.query<KeptUnderVerify>(
    `SELECT (SELECT count(*) FROM voiceprints WHERE speaker_ref = $1)::int AS voiceprints,
       (SELECT count(*) FROM partial_evidence WHERE speaker_ref = $1)::int AS "speechKept",
       (SELECT count(*) FROM trust_phrases WHERE speaker_ref = $1)::int AS "trustPhrases",
       (SELECT count(*) FROM replay_fingerprints WHERE speaker_ref = $1)::int AS fingerprints`,
    [speakerRef],
  );
  return row ?? { voiceprints: 0, speechKept: 0, trustPhrases: 0, fingerprints: 0 };
}

/** Deletes all versions of a speaker's voiceprints with their vectors, speech kept towards further ones, fingerprints and trust phrase. */
export async function deleteVoiceprintsOf(tx: Transaction, speakerRef: string): Promise<KeptUnderVerify> {
  const beside = await deleteBesideVoiceprints(tx, speakerRef, null);
  const rows = await tx.query('DELETE FROM voiceprints WHERE speaker_ref = $1 RETURNING 1', [speakerRef]);
  return { voiceprints: rows.length, ...beside };
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

/**
 * Deletes speech kept towards further voiceprints, fingerprints, and the trust phrase.
 *
 * @param except what rests on this consent to VERIFY stays; null: nothing does
 */
export async function deleteBesideVoiceprints(
  tx: Transaction,
  speakerRef: string,
  except: { readonly eventId: string; readonly since: Date } | null,
): Promise<BesideVoiceprints> {
  const speech = await tx.query(
    'DELETE FROM partial_evidence WHERE speaker_ref = $1 AND consent_event_id IS DISTINCT FROM $2 RETURNING 1',
    [speakerRef, except?.eventId ?? null],
  );
  const phrases = await tx.query(
    `DELETE FROM trust_phrases WHERE speaker_ref = $1 AND ($2::timestamptz IS NULL OR created_at < $2) RETURNING 1`,
    [speakerRef, except?.since ?? null],
  );
  const fingerprints = await tx.query(
    'DELETE FROM replay_fingerprints WHERE speaker_ref = $1 AND consent_event_id IS DISTINCT FROM $2 RETURNING 1',
    [speakerRef, except?.eventId ?? null],
  );
  if (except === null) await deleteCheckpointsOf(tx, speakerRef);
  return {
    speechKept: speech.length,
    trustPhrases: phrases.length,
    fingerprints: fingerprints.length,
  };
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

export async function insertVector(tx: Transaction, row: VectorRow): Promise<void> {
  await tx.query(
    `INSERT INTO voiceprint_vectors (voiceprint_id, space, model_id, model_sha256, dimension, ciphertext)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.voiceprintId, row.space, row.modelId, row.modelSha256, row.dimension, row.ciphertext],
  );
}

/** Puts something else that was sealed in the place of a version's lineage. */
export async function replaceLineage(tx: Transaction, voiceprintId: string, lineage: Buffer): Promise<void> {
  await tx.query('UPDATE voiceprints SET lineage = $2 WHERE voiceprint_id = $1', [voiceprintId, lineage]);
}

/** Puts something else that was sealed in the place of a vector. */
export async function replaceVector(tx: Transaction, row: VectorRow): Promise<void> {
  await tx.query('UPDATE voiceprint_vectors SET ciphertext = $3 WHERE voiceprint_id = $1 AND space = $2', [
    row.voiceprintId,
    row.space,
    row.ciphertext,
  ]);
}

/** The vectors of all versions of a speaker's voiceprints. */
export async function listVectors(tx: Transaction, speakerRef: string): Promise<readonly VectorRow[]> {
  return tx.query(
    `SELECT voiceprint_id AS "voiceprintId", space, model_id AS "modelId", model_sha256 AS "modelSha256", dimension,
       ciphertext
     FROM voiceprint_vectors JOIN voiceprints USING (tenant_id, voiceprint_id)
     WHERE speaker_ref = $1 ORDER BY space`,
    [speakerRef],
  );
}
