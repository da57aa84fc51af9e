import type { Transaction } from './transaction.js';

/**
 * How many calls since a time claimed a speaker and did not accept that claim, `most` at most; those under way count. A call
 * that accepted another claim counts for this one: else whoever is known could try others beside themselves. Whom the company
 * calls is claimed by nobody: of those calls the one asked for counts, and nobody beside.
 *
 * @param claimedHash - keyed hash of the claimed id
 * @param exceptCallId - the call that asks; empty: none
 */
export async function countAttempts(
  tx: Transaction,
  claimedHash: Uint8Array,
  since: Date,
  most: number,
  exceptCallId: string,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (
       SELECT FROM call_claims JOIN calls USING (tenant_id, call_id)
       WHERE claimed_hash = $1 AND claimed_at >= $2 AND call_id <> $4
         AND (direction IS DISTINCT FROM 'OUTBOUND' OR claim_number = 1)
         AND CASE WHEN accepted_claims IS NULL THEN decision_kind IS DISTINCT FROM 'ACCEPT'
           ELSE NOT claim_number = ANY (accepted_claims) END
       LIMIT $3
     ) attempts`,
    [claimedHash, since, most, exceptCallId],
  );
  return row?.count ?? 0;
}
