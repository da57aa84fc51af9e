import type { Transaction } from './transaction.js';

/** A call whose term is over. */
export interface OldCallRow {
  readonly callId: string;
  readonly endedAt: Date;
  /** Whether somebody was claimed in it whose data must not be destroyed. */
  readonly held: boolean;
}

/** Where a page of calls goes on: after this one. */
export type CallCursor = Pick<OldCallRow, 'callId' | 'endedAt'>;

/** Calls that ended before a time, oldest first; `withScores`: only those whose events still have scores. */
export async function listOldCalls(
  tx: Transaction,
  before: Date,
  page: { readonly withScores: boolean; readonly after: CallCursor | null; readonly limit: number },
): Promise<readonly OldCallRow[]> {
  return tx.query(
    `SELECT call_id AS "callId", ended_at AS "endedAt",
       EXISTS (SELECT FROM call_claims c JOIN speaker_states s ON s.tenant_id = c.tenant_id AND s.id_hash = c.claimed_hash
         WHERE c.tenant_id = calls.tenant_id AND c.call_id = calls.call_id AND s.state IN ('LEGAL_HOLD', 'RESTRICTED')) AS held
     FROM calls
     WHERE state = 'ENDED' AND ended_at < $1 ${page.withScores ? 'AND scores_removed_at IS NULL' : ''}
       AND ($2::timestamptz IS NULL OR (ended_at, call_id) > ($2, $3))
     ORDER BY ended_at, call_id LIMIT $4`,
    [before, page.after?.endedAt ?? null, page.after?.callId ?? '', page.limit],
  );
}

const NO_SCORES = `'{"confidence": null, "confidenceBand": null, "score": null, "llr": null}'::jsonb`;
const NO_CLAIM_SCORES = `'{"confidence": null, "score": null, "secondScore": null, "llr": null}'::jsonb`;

/** Takes scores, log-likelihood ratios and confidences out of what was decided in these calls; the decisions stay. */
export async function removeScores(tx: Transaction, callIds: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `UPDATE call_events SET body = jsonb_set(body, '{decision}', body -> 'decision' || ${NO_SCORES} || jsonb_build_object(
       'claims', (SELECT coalesce(jsonb_agg(claim || ${NO_CLAIM_SCORES}), '[]')
         FROM jsonb_array_elements(body #> '{decision,claims}') AS claim)))
     WHERE call_id = ANY ($1) AND type IN ('decision', 'evaluation')`,
    [callIds],
  );
  await tx.query('UPDATE calls SET scores_removed_at = $2 WHERE call_id = ANY ($1)', [callIds, now]);
}

/** Deletes ended calls with all that belongs to them. */
export async function deleteCalls(tx: Transaction, callIds: readonly string[]): Promise<void> {
  for (const table of ['outcomes', 'call_events', 'call_claims', 'calls']) {
    await tx.query(`DELETE FROM ${table} WHERE call_id = ANY ($1)`, [callIds]);
  }
}
