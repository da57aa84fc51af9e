import type { ClaimMethod } from '../domain/call.js';
import { VouchError } from '../errors.js';
import type { Actor } from './actors.js';
import { lockCall } from './calls.js';
import type { Transaction } from './transaction.js';

export interface NewClaim {
  readonly callId: string;
  readonly epoch: number;
  /** The claimed speaker's pseudonym; null where the id is nobody's. */
  readonly speakerRef: string | null;
  /** Keyed hash of the claimed id. */
  readonly claimedHash: Uint8Array;
  readonly method: ClaimMethod | null;
  /** In the stream's audio clock, ms. */
  readonly mediaTimeMs: number;
  readonly actor: Actor;
  /** Distinct speakers that a call may claim, at least 1. */
  readonly maximumClaims: number;
}

export interface StoredClaim {
  /** From 1, in the order of the claims. */
  readonly claimNumber: number;
  readonly speakerRef: string | null;
  readonly claimedHash: Buffer;
  readonly method: ClaimMethod | null;
  readonly mediaTimeMs: number;
}

/**
 * Numbers a claim and keeps it. One that the call has already keeps its number.
 *
 * @throws VouchError CALL_NOT_FOUND, CALL_TAKEN_OVER, TOO_MANY_CLAIMS
 */
export async function addClaim(
  tx: Transaction,
  claim: NewClaim,
): Promise<{ readonly claimNumber: number; readonly isNew: boolean }> {
  await lockCall(tx, claim.callId, claim.epoch);
  const claims = await listClaims(tx, claim.callId);
  const known = claims.find((other) => other.claimedHash.equals(claim.claimedHash));
  if (known !== undefined) return { claimNumber: known.claimNumber, isNew: false };
  if (claims.length >= claim.maximumClaims) {
    throw new VouchError('TOO_MANY_CLAIMS', { metadata: { limit: String(claim.maximumClaims) } });
  }
  const claimNumber = claims.length + 1;
  await insertClaim(tx, claim, claimNumber);
  return { claimNumber, isNew: true };
}

/** The claims of a call, first to last. */
export async function listClaims(tx: Transaction, callId: string): Promise<StoredClaim[]> {
  return tx.query<StoredClaim>(
    `SELECT claim_number AS "claimNumber", speaker_ref AS "speakerRef", claimed_hash AS "claimedHash", method,
       media_time_ms AS "mediaTimeMs"
     FROM call_claims WHERE call_id = $1 ORDER BY claim_number`,
    [callId],
  );
}

/** Who the claims of a call name, by their numbers; a name that was erased, or never was one, is not there. */
export async function claimedSpeakers(tx: Transaction, callId: string): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ claim_number: number; speaker_id: string }>(
    `SELECT claim_number, speaker_id
     FROM call_claims JOIN speakers USING (tenant_id, speaker_ref) WHERE call_id = $1`,
    [callId],
  );
  return new Map(rows.map((row) => [row.claim_number, row.speaker_id]));
}

async function insertClaim(tx: Transaction, claim: NewClaim, claimNumber: number): Promise<void> {
  await tx.query(
    `INSERT INTO call_claims (call_id, claim_number, speaker_ref, claimed_hash, method, media_time_ms, actor, role)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      claim.callId,
      claimNumber,
      claim.speakerRef,
      claim.claimedHash,
      claim.method,
      claim.mediaTimeMs,
      claim.actor.ref,
      claim.actor.role,
    ],
  );
}
