import type { Transaction } from './transaction.js';

/**
 * How many calls since a time claimed a speaker and were not accepted as any, `most` at most; those under way count.
 *
 * @param claimedHash - keyed hash of the claimed id
 */
export async function countAttempts(
  tx: Transaction,
  claimedHash: Uint8Array,
  since: Date,
  most: number,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (
       SELECT FROM call_claims JOIN calls USING (tenant_id, call_id)
       WHERE claimed_hash = $1 AND claimed_at >= $2 AND decision_kind IS DISTINCT FROM 'ACCEPT'
       LIMIT $3
     ) attempts`,
    [claimedHash, since, most],
  );
  return row?.count ?? 0;
}
