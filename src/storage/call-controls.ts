import type { CallState } from '../domain/call.js';
import { VouchError } from '../errors.js';
import type { Actor } from './actors.js';
import type { Transaction } from './transaction.js';

/** A call after it was paused or resumed. */
export interface ControlledCall {
  readonly state: CallState;
  /** Since when it has been so. */
  readonly changedAt: Date;
  /** What the owner has to acknowledge. */
  readonly controlVersion: number;
  readonly appliedControlVersion: number;
  readonly ownerReplica: string | null;
  readonly epoch: number;
}

/** A change of `paused` that the owner of a call has not carried out yet. */
export interface PendingControl {
  readonly tenantId: string;
  readonly callId: string;
  readonly epoch: number;
  readonly paused: boolean;
  readonly pauseReason: string;
  readonly controlVersion: number;
}

const CONTROLLED = `calls.state, paused_changed_at AS "changedAt", control_version AS "controlVersion",
  applied_control_version AS "appliedControlVersion", owner_replica AS "ownerReplica", epoch`;

/**
 * Pauses a call, whether it exists or not: one that does not is kept as EXPECTED, and its stream will start paused. A
 * call that is paused stays as it is.
 *
 * @param reason at most 64 bytes
 * @throws VouchError CALL_ENDED, TENANT_NOT_FOUND
 */
export async function pauseCall(
  tx: Transaction,
  callId: string,
  reason: string,
  actor: Actor,
): Promise<ControlledCall> {
  const rows = await tx.query<ControlledCall>(
    `INSERT INTO calls (call_id, state, paused, pause_reason, paused_changed_at, control_version, created_by_actor,
       created_by_role)
     VALUES ($1, 'EXPECTED', true, $2, now(), 1, $3, $4)
     ON CONFLICT (tenant_id, call_id) DO UPDATE SET paused = true,
       pause_reason = CASE WHEN calls.paused THEN calls.pause_reason ELSE excluded.pause_reason END,
       paused_changed_at = CASE WHEN calls.paused THEN calls.paused_changed_at ELSE now() END,
       control_version = calls.control_version + CASE WHEN calls.paused THEN 0 ELSE 1 END
     WHERE calls.state <> 'ENDED' RETURNING ${CONTROLLED}`,
    [callId, reason, actor.ref, actor.role],
  );
  if (rows[0] === undefined) throw new VouchError('CALL_ENDED');
  return rows[0];
}

/**
 * Ends the pause of a call. A call that is not paused stays as it is.
 *
 * @param asOfVersion only if nothing was changed since this control version; null: in any case
 * @throws VouchError CALL_NOT_FOUND, CALL_ENDED
 */
export async function resumeCall(
  tx: Transaction,
  callId: string,
  asOfVersion: number | null = null,
): Promise<ControlledCall> {
  const [call] = await tx.query<ControlledCall>(
    `UPDATE calls SET paused = false, pause_reason = '',
       paused_changed_at = CASE WHEN paused THEN now() ELSE coalesce(paused_changed_at, started_at, now()) END,
       control_version = control_version + CASE WHEN paused THEN 1 ELSE 0 END
     WHERE call_id = $1 AND state <> 'ENDED' AND ($2::int IS NULL OR control_version = $2)
     RETURNING ${CONTROLLED}`,
    [callId, asOfVersion],
  );
  if (call !== undefined) return call;
  const [found] = await tx.query<ControlledCall>(`SELECT ${CONTROLLED} FROM calls WHERE call_id = $1`, [
    callId,
  ]);
  if (found === undefined) throw new VouchError('CALL_NOT_FOUND');
  if (found.state === 'ENDED') throw new VouchError('CALL_ENDED');
  return found;
}

/** A call as its owner knows it. */
export interface OwnedCall {
  readonly tenantId: string;
  readonly callId: string;
  readonly epoch: number;
}

/** The calls that are still a replica's, over all tenants; in a transaction of the system. */
export async function listOwned(tx: Transaction, replicaId: string): Promise<OwnedCall[]> {
  return tx.query<OwnedCall>(
    `SELECT tenant_id AS "tenantId", call_id AS "callId", epoch
     FROM calls WHERE owner_replica = $1 AND state = 'LIVE'`,
    [replicaId],
  );
}

/** What the calls of a replica have to carry out, over all tenants; in a transaction of the system. */
export async function listControls(tx: Transaction, replicaId: string): Promise<PendingControl[]> {
  return tx.query<PendingControl>(
    `SELECT tenant_id AS "tenantId", call_id AS "callId", epoch, paused, pause_reason AS "pauseReason",
       control_version AS "controlVersion"
     FROM calls
     WHERE owner_replica = $1 AND control_version > applied_control_version AND state <> 'ENDED'`,
    [replicaId],
  );
}

/**
 * Tells that the owner has carried out the changes of `paused` up to a version: every buffer of the call is empty.
 *
 * @throws VouchError CALL_TAKEN_OVER
 */
export async function acknowledgeControl(
  tx: Transaction,
  callId: string,
  epoch: number,
  version: number,
): Promise<void> {
  const rows = await tx.query(
    `UPDATE calls SET applied_control_version = GREATEST(applied_control_version, $3)
     WHERE call_id = $1 AND epoch = $2 RETURNING 1`,
    [callId, epoch, version],
  );
  if (rows.length === 0) throw new VouchError('CALL_TAKEN_OVER');
}
