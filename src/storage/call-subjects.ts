import type { Transaction } from './transaction.js';

/** Whom a call concerns, by pseudonyms. */
export interface CallSubjects {
  readonly callRef: string;
  /** The agent who handles it; null where nobody was named. */
  readonly agentRef: string | null;
  /** The claimed speakers who are, or were, known, in the order of the claims. */
  readonly speakers: readonly { readonly claimNumber: number; readonly speakerRef: string }[];
}

/** Whom a call concerns; null where there is no such call. */
export async function findCallSubjects(tx: Transaction, callId: string): Promise<CallSubjects | null> {
  const [row] = await tx.query<CallSubjects>(
    `SELECT call_ref AS "callRef", agent_ref AS "agentRef",
       (SELECT coalesce(json_agg(json_build_object('claimNumber', claim_number, 'speakerRef', speaker_ref)
          ORDER BY claim_number), '[]')
        FROM call_claims WHERE call_claims.call_id = calls.call_id AND speaker_ref IS NOT NULL) AS speakers
     FROM calls WHERE call_id = $1`,
    [callId],
  );
  return row ?? null;
}
