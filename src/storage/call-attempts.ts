import type { Transaction } from './transaction.js';

/** Whose attempts are counted. */
export interface AskedAttempts {
  /** Keyed hash of the claimed id. */
  readonly claimedHash: Uint8Array;
  /** Keyed hash of where the call comes from; null: what the call was opened with. */
  readonly sourceHash: Uint8Array | null;
  /** The call that asks, which is none of them; empty: none. */
  readonly callId: string;
  readonly since: Date;
  /** Where counting ends. */
  readonly most: number;
}

/**
 * Claims that were not accepted, those of calls under way among them. A call that accepted another claim counts for this one:
 * else whoever is known could try others beside themselves.
 */
const IN_VAIN = `call_id <> $1 AND
  CASE WHEN accepted_claims IS NULL THEN decision_kind IS DISTINCT FROM 'ACCEPT' ELSE NOT claim_number = ANY (accepted_claims) END`;

/**
 * How many claims since a time were made in vain: of a speaker, and from where a call comes from. Whom the company calls
 * claims nobody: of those calls the one asked for counts, and nobody beside, nor where they were called.
 */
export async function countAttempts(
  tx: Transaction,
  { claimedHash, sourceHash, callId, since, most }: AskedAttempts,
): Promise<{ readonly ofSpeaker: number; readonly fromSource: number }> {
  const [row] = await tx.query<{ ofSpeaker: number; fromSource: number }>(
    `SELECT
       (SELECT count(*)::int FROM (
         SELECT FROM call_claims JOIN calls USING (tenant_id, call_id)
         WHERE claimed_hash = $3 AND claimed_at >= $2 AND ${IN_VAIN}
           AND (direction IS DISTINCT FROM 'OUTBOUND' OR claim_number = 1) LIMIT $5) a) AS "ofSpeaker",
       (SELECT count(*)::int FROM (
         SELECT FROM calls JOIN call_claims USING (tenant_id, call_id)
         WHERE source_hash = coalesce($4, (SELECT source_hash FROM calls WHERE call_id = $1))
           AND calls.created_at >= $2 AND ${IN_VAIN} AND direction = 'INBOUND' LIMIT $5) b) AS "fromSource"`,
    [callId, since, claimedHash, sourceHash, most],
  );
  return row ?? { ofSpeaker: 0, fromSource: 0 };
}
