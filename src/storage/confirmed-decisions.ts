import type { Outcome, SourceProfile } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import { claimedSpeakers } from './call-claims.js';
import { readForm } from './event-form.js';
import type { Transaction } from './transaction.js';

/** A decision with what turned out to be true. */
export interface ConfirmedDecision {
  readonly decision: Decision;
  readonly outcome: Outcome;
  /** Of the call; null where it did not say. */
  readonly source: SourceProfile | null;
}

interface Row {
  readonly callId: string;
  readonly outcome: Outcome;
  readonly source: SourceProfile | null;
  readonly body: unknown;
}

/**
 * Decisions whose outcome is one of these, in the order of their ids, with the names that are still known. Of several
 * outcomes of one decision what is certain counts before what questions told, then what was recorded last.
 *
 * @param after the id of the last decision of the page before; empty: the first page
 */
export async function listConfirmedDecisions(
  tx: Transaction,
  outcomes: readonly Outcome[],
  after: string,
  limit: number,
): Promise<ConfirmedDecision[]> {
  const rows = await tx.query<Row>(
    `WITH known AS (
       SELECT DISTINCT ON (decision_id) decision_id, outcome FROM outcomes WHERE decision_id > $1
       ORDER BY decision_id, (outcome IN ('GENUINE_CONFIRMED', 'FRAUD_CONFIRMED')) DESC, recorded_at DESC)
     SELECT e.call_id AS "callId", k.outcome, e.body, c.start ->> 'source' AS source
     FROM known k JOIN call_events e USING (decision_id) JOIN calls c USING (tenant_id, call_id)
     WHERE k.outcome = ANY ($2) ORDER BY k.decision_id LIMIT $3`,
    [after, outcomes, limit],
  );
  const confirmed: ConfirmedDecision[] = [];
  for (const { callId, outcome, source, body } of rows) {
    const event = readForm(body, await claimedSpeakers(tx, callId));
    if ('decision' in event) confirmed.push({ decision: event.decision, outcome, source });
  }
  return confirmed;
}
