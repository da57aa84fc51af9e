import type { Outcome } from '../domain/call.js';
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
