import { deleteCheckpointsOf } from './call-checkpoints.js';
import type { Transaction } from './transaction.js';

/** What is kept beside voiceprints, and ends with them. */
interface BesideVoiceprints {
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
