import type { CallDirection, CallStart, CallState, EndReason } from '../domain/call.js';
import { VouchError } from '../errors.js';
import type { Transaction } from './transaction.js';

/** What is kept of a call's start beyond its own columns: nothing that names a person. */
export type StoredStart = Pick<
  CallStart,
  | 'format'
  | 'layout'
  | 'source'
  | 'upstreamCodec'
  | 'language'
  | 'jurisdiction'
  | 'context'
  | 'maximumDurationMs'
> & {
  /** ISO 8601; null where the client did not say. */
  readonly mediaStartedAt: string | null;
};

/** A call as it is stored. */
export interface StoredCall {
  readonly callId: string;
  readonly conversationId: string;
  readonly legId: string;
  /** Null before the first stream, as everything that its start says. */
  readonly direction: CallDirection | null;
  readonly state: CallState;
  readonly paused: boolean;
  readonly pauseReason: string;
  /** When `paused` last changed; null: never. */
  readonly pausedChangedAt: Date | null;
  /** Counts the changes of `paused`; the owner has carried out those up to the applied one. */
  readonly controlVersion: number;
  readonly appliedControlVersion: number;
  readonly ownerReplica: string | null;
  /** How many streams have had the call; the fencing number of the one that has it now. */
  readonly epoch: number;
  /** The agent who handles it; null where nobody was named. */
  readonly agentId: string | null;
  /** Whose stream has, or had, it; null before the first. */
  readonly streamedBy: string | null;
  readonly shadow: boolean;
  readonly policyId: string | null;
  readonly policyVersion: number | null;
  readonly start: StoredStart | null;
  readonly lastSequence: number;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly endReason: EndReason | null;
}

/** The call; null where there is none. */
export async function getCall(tx: Transaction, callId: string): Promise<StoredCall | null> {
  const rows = await tx.query<StoredCall>(
    `SELECT call_id AS "callId", conversation_id AS "conversationId", leg_id AS "legId", direction, state, paused,
       pause_reason AS "pauseReason", paused_changed_at AS "pausedChangedAt", control_version AS "controlVersion",
       applied_control_version AS "appliedControlVersion", owner_replica AS "ownerReplica", epoch,
       (SELECT actor_id FROM actors WHERE actor_ref = agent_ref) AS "agentId",
       CASE WHEN epoch > 0 THEN
         (SELECT actor_id FROM actors WHERE actor_ref = COALESCE(streamed_by, created_by_actor))
       END AS "streamedBy",
       shadow, policy_id AS "policyId", policy_version AS "policyVersion", start, last_sequence AS "lastSequence", started_at AS "startedAt",
       ended_at AS "endedAt", end_reason AS "endReason"
     FROM calls WHERE call_id = $1`,
    [callId],
  );
  return rows[0] ?? null;
}

/** What a fenced write needs to know. */
export interface LockedCall {
  readonly epoch: number;
  readonly state: CallState;
  readonly lastSequence: number;
}

/**
 * Locks a call for the rest of the transaction, for its owner: nobody takes it over meanwhile.
 *
 * @param epoch under which the owner got it
 * @throws VouchError CALL_NOT_FOUND, CALL_TAKEN_OVER
 */
export async function lockCall(tx: Transaction, callId: string, epoch: number): Promise<LockedCall> {
  const [call] = await tx.query<LockedCall>(
    'SELECT epoch, state, last_sequence AS "lastSequence" FROM calls WHERE call_id = $1 FOR UPDATE',
    [callId],
  );
  if (call === undefined) throw new VouchError('CALL_NOT_FOUND');
  if (call.epoch !== epoch) throw new VouchError('CALL_TAKEN_OVER');
  return call;
}

/**
 * Tells that the stream of a call broke off, or goes on. Its end comes with the event `ended` (see `appendEvents`).
 *
 * @throws VouchError CALL_NOT_FOUND, CALL_TAKEN_OVER, CALL_ENDED
 */
export async function setCallState(
  tx: Transaction,
  callId: string,
  epoch: number,
  state: 'LIVE' | 'INTERRUPTED',
): Promise<void> {
  const call = await lockCall(tx, callId, epoch);
  if (call.state === 'ENDED') throw new VouchError('CALL_ENDED');
  await tx.query('UPDATE calls SET state = $2, state_since = now() WHERE call_id = $1', [callId, state]);
}

/**
 * Names the agent who handles a call.
 *
 * @param agentRef the agent's pseudonym, from `actorOf`
 * @throws VouchError CALL_NOT_FOUND, CALL_TAKEN_OVER
 */
export async function setAgent(
  tx: Transaction,
  callId: string,
  epoch: number,
  agentRef: string,
): Promise<void> {
  await lockCall(tx, callId, epoch);
  await tx.query('UPDATE calls SET agent_ref = $2 WHERE call_id = $1', [callId, agentRef]);
}
