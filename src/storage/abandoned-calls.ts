import type { CallEvent } from '../domain/event.js';
import { appendEvents, lastDecision } from './call-events.js';
import type { Transaction } from './transaction.js';

/** How long something must have lasted for a call to count as abandoned, ms. */
export interface AbandonedAfter {
  /** LIVE, but its replica gave no beat. */
  readonly silentReplicaMs: number;
  /** INTERRUPTED, and no stream came back. */
  readonly interruptedMs: number;
  /** EXPECTED, and no stream came. */
  readonly expectedMs: number;
}

/** A call that nobody seems to have any more. */
export interface AbandonedCall {
  readonly tenantId: string;
  readonly callId: string;
  readonly epoch: number;
}

/** Tells that a replica is there, and how it is; in a transaction of the system. */
export async function beat(
  tx: Transaction,
  replicaId: string,
  { release = '', draining = false }: { readonly release?: string; readonly draining?: boolean } = {},
): Promise<void> {
  await tx.query(
    `INSERT INTO replicas (replica_id, release, draining) VALUES ($1, $2, $3)
     ON CONFLICT (replica_id) DO UPDATE SET seen_at = now(), draining = $3`,
    [replicaId, release, draining],
  );
}

/** Tells that a replica stops: whoever asks for the calls it still has need not wait for its silence. */
export async function leave(tx: Transaction, replicaId: string): Promise<void> {
  await tx.query('DELETE FROM replicas WHERE replica_id = $1', [replicaId]);
}

/** Which of these ids are of no replica that gave a beat within the given time, ms; in a transaction of the system. */
export async function silentReplicas(
  tx: Transaction,
  ids: readonly string[],
  silentMs: number,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS id WHERE NOT EXISTS (
       SELECT FROM replicas WHERE replica_id::text = id AND seen_at > now() - $2 * interval '1 ms')`,
    [ids, silentMs],
  );
  return rows.map(({ id }) => id);
}

/** Calls that were abandoned, over all tenants, at most `limit`; in a transaction of the system. */
export async function staleCalls(
  tx: Transaction,
  after: AbandonedAfter,
  limit: number,
): Promise<AbandonedCall[]> {
  return tx.query<AbandonedCall>(
    `SELECT tenant_id AS "tenantId", call_id AS "callId", epoch
     FROM calls LEFT JOIN replicas ON replica_id = owner_replica
     WHERE state = 'LIVE' AND coalesce(seen_at, state_since) < now() - $1 * interval '1 ms'
        OR state = 'INTERRUPTED' AND state_since < now() - $2 * interval '1 ms'
        OR state = 'EXPECTED' AND state_since < now() - $3 * interval '1 ms'
     LIMIT $4`,
    [after.silentReplicaMs, after.interruptedMs, after.expectedMs, limit],
  );
}

/**
 * Ends a call that was abandoned, with the event that says so; an owner that comes back after all may not write any
 * more. In a transaction of the call's tenant.
 *
 * @returns false where it is not abandoned any more
 */
export async function abandonCall(tx: Transaction, call: AbandonedCall, now: Date): Promise<boolean> {
  const rows = await tx.query<{ epoch: number; lastSequence: number }>(
    `UPDATE calls SET epoch = epoch + 1 WHERE call_id = $1 AND epoch = $2 AND state <> 'ENDED'
     RETURNING epoch, last_sequence AS "lastSequence"`,
    [call.callId, call.epoch],
  );
  if (rows[0] === undefined) return false;
  const { epoch, lastSequence } = rows[0];
  const decision = await lastDecision(tx, call.callId);
  const ended: CallEvent = {
    sequence: lastSequence + 1,
    callId: call.callId,
    emittedAt: now,
    mediaTimeMs: 0,
    replayed: false,
    body: {
      type: 'ended',
      reason: 'ABANDONED',
      note: '',
      // Only its owner knew.
      audioMs: 0,
      droppedMs: 0,
      netSpeechMs: 0,
      decisionId: decision?.decisionId ?? '',
    },
  };
  await appendEvents(tx, call.callId, epoch, [ended]);
  return true;
}
