import type { Outcome, OverrideAction, OverrideReason } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import { readForm } from './event-form.js';
import type { ErasedSubject } from './erasure.js';
import type { Transaction } from './transaction.js';

/** A call in which somebody was claimed. */
export interface SubjectCallRow {
  readonly callId: string;
  readonly claimNumber: number;
  readonly claimedAt: Date;
  readonly method: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** The calls in which somebody was claimed, in the order of their ids, from after one. */
export async function listSubjectCalls(
  tx: Transaction,
  { speakerRef, idHash }: ErasedSubject,
  after: string,
  limit: number,
): Promise<readonly SubjectCallRow[]> {
  return tx.query(
    `SELECT call_id AS "callId", claim_number AS "claimNumber", claimed_at AS "claimedAt", method,
       started_at AS "startedAt", ended_at AS "endedAt"
     FROM call_claims JOIN calls USING (tenant_id, call_id)
     WHERE (speaker_ref = $1 OR claimed_hash = $2) AND call_id > $3 ORDER BY call_id LIMIT $4`,
    [speakerRef, idHash, after, limit],
  );
}

/** The decisions of calls, by call in their order; they name nobody. */
export async function listDecisions(
  tx: Transaction,
  callIds: readonly string[],
): Promise<readonly { readonly callId: string; readonly decision: Decision }[]> {
  const rows = await tx.query<{ callId: string; body: unknown }>(
    `SELECT call_id AS "callId", body FROM call_events
     WHERE call_id = ANY ($1) AND type IN ('decision', 'evaluation') ORDER BY call_id, sequence`,
    [callIds],
  );
  return rows.flatMap(({ callId, body }) => {
    const read = readForm(body, new Map());
    return 'decision' in read ? [{ callId, decision: read.decision }] : [];
  });
}

/** What turned out to be true of decisions, as it was reported. */
export async function listOutcomes(
  tx: Transaction,
  decisionIds: readonly string[],
): Promise<readonly { readonly decisionId: string; readonly outcome: Outcome; readonly occurredAt: Date }[]> {
  return tx.query(
    `SELECT decision_id AS "decisionId", outcome, occurred_at AS "occurredAt" FROM outcomes
     WHERE decision_id = ANY ($1) ORDER BY recorded_at`,
    [decisionIds],
  );
}

/** What somebody did otherwise than a decision suggested. */
export interface SubjectOverrideRow {
  readonly overrideId: string;
  readonly decisionId: string;
  readonly action: OverrideAction;
  readonly reason: OverrideReason;
  readonly recordedAt: Date;
  readonly role: string;
  /** Sealed under the key of the speaker; null: none was given. */
  readonly note: Buffer | null;
  readonly noteSpeakerRef: string | null;
}

export async function listDecisionOverrides(
  tx: Transaction,
  decisionIds: readonly string[],
): Promise<readonly SubjectOverrideRow[]> {
  return tx.query(
    `SELECT override_id AS "overrideId", decision_id AS "decisionId", action, reason, recorded_at AS "recordedAt", role,
       note, note_speaker_ref AS "noteSpeakerRef"
     FROM overrides WHERE decision_id = ANY ($1) ORDER BY recorded_at`,
    [decisionIds],
  );
}

/** What else stands of a speaker in tables of their own. */
export interface SurroundingsRow {
  /** Whether they belong to an account; which one is not known here. */
  readonly inAccount: boolean;
  /** Voiceprints of theirs that somebody is to look at; whom they sound like is another person's data. */
  readonly reviews: readonly { readonly voiceprintId: string; readonly reason: string }[];
}

export async function findSurroundings(tx: Transaction, speakerRef: string): Promise<SurroundingsRow> {
  const [row] = await tx.query<SurroundingsRow>(
    `SELECT EXISTS (SELECT FROM speaker_accounts WHERE speaker_ref = $1) AS "inAccount",
       (SELECT coalesce(json_agg(json_build_object('voiceprintId', voiceprint_id, 'reason', reason)), '[]')
        FROM voiceprint_reviews JOIN voiceprints USING (tenant_id, voiceprint_id) WHERE speaker_ref = $1) AS reviews`,
    [speakerRef],
  );
  return row ?? { inAccount: false, reviews: [] };
}
