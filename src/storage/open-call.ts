import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallDirection, CallState } from '../domain/call.js';
import { VouchError } from '../errors.js';
import type { Actor } from './actors.js';
import type { StoredStart } from './calls.js';
import type { Transaction } from './transaction.js';

/** A stream that wants a call. */
export interface CallOpening {
  readonly callId: string;
  readonly conversationId: string;
  readonly legId: string;
  readonly direction: CallDirection;
  readonly agentRef: string | null;
  /** Keyed hash of where it comes from; null where that is not known. Only the first stream's counts. */
  readonly sourceHash: Buffer | null;
  readonly shadow: boolean;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly start: StoredStart;
  readonly initiallyPaused: boolean;
  /** What the stream came with; empty for a new call. */
  readonly resumeToken: string;
  /** What the next stream must come with; kept as its SHA-256 only. */
  readonly newResumeToken: string;
  readonly replicaId: string;
  readonly actor: Actor;
}

/** A call that now belongs to the stream. */
export interface OpenedCall {
  /** NEW: unknown before; ADOPTED: was paused before it started; RESUMED: taken over from an earlier stream. */
  readonly how: 'NEW' | 'ADOPTED' | 'RESUMED';
  /** To be given with every write; also the number of this stream within the call, from 1. */
  readonly epoch: number;
  readonly paused: boolean;
  readonly pauseReason: string;
  readonly controlVersion: number;
  /** Number of the last stored event: the stream's own begin after it. */
  readonly lastSequence: number;
  /** As the first stream said; a later one changes nothing of these. */
  readonly direction: CallDirection;
  readonly shadow: boolean;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly startedAt: Date;
}

interface FoundCall {
  readonly state: CallState;
  readonly newest: Buffer | null;
  readonly used: Buffer | null;
}

const OPENED = `epoch, paused, pause_reason AS "pauseReason", control_version AS "controlVersion",
  last_sequence AS "lastSequence", direction, shadow, policy_id AS "policyId", policy_version AS "policyVersion",
  started_at AS "startedAt"`;

/**
 * Gives a call to a stream: a new one, one that was expected, or, against its resume token, one that another stream has
 * or had. From then on the earlier stream's writes are refused. A pause stays, whoever set it. The token that was used
 * stays good beside the new one, since the answer that carries the new one may get lost.
 *
 * @throws VouchError CALL_ALREADY_LIVE without a resume token, RESUME_TOKEN_INVALID with another's, CALL_ENDED,
 *   TENANT_NOT_FOUND
 */
export async function openCall(tx: Transaction, opening: CallOpening): Promise<OpenedCall> {
  const created = await insertCall(tx, opening);
  if (created !== undefined) return { how: 'NEW', ...created };
  const found = await lockForOpening(tx, opening.callId);
  if (found.state === 'ENDED') throw new VouchError('CALL_ENDED');
  if (found.state === 'EXPECTED') return { how: 'ADOPTED', ...(await adoptCall(tx, opening)) };
  if (opening.resumeToken === '') throw new VouchError('CALL_ALREADY_LIVE');
  const token = sha256(opening.resumeToken);
  if (!same(token, found.newest) && !same(token, found.used)) throw new VouchError('RESUME_TOKEN_INVALID');
  return { how: 'RESUMED', ...(await takeOverCall(tx, opening, token)) };
}

/**
 * Gives a call up that its opener could not go on with, or of which it does not know whether it has it. One whose first stream
 * told nothing yet is expected again, so that the client may come once more with the same start; another may be taken up
 * with its token. No effect on a call that is another stream's by now.
 *
 * @param resumeToken under which it was opened
 */
export async function giveCallBack(tx: Transaction, callId: string, resumeToken: string): Promise<void> {
  await tx.query(
    `UPDATE calls SET state_since = now(),
       state = CASE WHEN epoch = 1 AND last_sequence = 0 THEN 'EXPECTED' ELSE 'INTERRUPTED' END
     WHERE call_id = $1 AND resume_token_sha256 = $2 AND state = 'LIVE'`,
    [callId, sha256(resumeToken)],
  );
}

type OpenedRow = Omit<OpenedCall, 'how'>;

async function insertCall(tx: Transaction, opening: CallOpening): Promise<OpenedRow | undefined> {
  const rows = await tx.query<OpenedRow>(
    `INSERT INTO calls (call_id, conversation_id, leg_id, direction, agent_ref, shadow, policy_id, policy_version, start,
       paused, paused_changed_at, resume_token_sha256, owner_replica, streamed_by, created_by_actor,
       source_hash, created_by_role, state, epoch, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,
       $10, CASE WHEN $10 THEN now() END, $11, $12, $13, $13, $14, $15, 'LIVE', 1, now())
     ON CONFLICT (tenant_id, call_id) DO NOTHING RETURNING ${OPENED}`,
    [...startValues(opening), opening.actor.role],
  );
  return rows[0];
}

/** Waits for whoever has the row: two streams that come at once are told apart by it. */
async function lockForOpening(tx: Transaction, callId: string): Promise<FoundCall> {
  const rows = await tx.query<FoundCall>(
    `SELECT state, resume_token_sha256 AS newest, used_token_sha256 AS used
     FROM calls WHERE call_id = $1 FOR UPDATE`,
    [callId],
  );
  return only(rows);
}

async function adoptCall(tx: Transaction, opening: CallOpening): Promise<OpenedRow> {
  const rows = await tx.query<OpenedRow>(
    `UPDATE calls SET conversation_id = $2, leg_id = $3, direction = $4, agent_ref = $5, shadow = $6, policy_id = $7,
       policy_version = $8, start = $9, paused = paused OR $10,
       paused_changed_at = CASE WHEN $10 AND NOT paused THEN now() ELSE paused_changed_at END,
       resume_token_sha256 = $11, owner_replica = $12, streamed_by = $13, source_hash = $14,
       state = 'LIVE', state_since = now(), epoch = 1, started_at = now(), applied_control_version = control_version
     WHERE call_id = $1 RETURNING ${OPENED}`,
    startValues(opening),
  );
  return only(rows);
}

async function takeOverCall(tx: Transaction, opening: CallOpening, usedToken: Buffer): Promise<OpenedRow> {
  const rows = await tx.query<OpenedRow>(
    `UPDATE calls SET epoch = epoch + 1, owner_replica = $2, resume_token_sha256 = $3, used_token_sha256 = $4,
       streamed_by = $6, paused = paused OR $5,
       paused_changed_at = CASE WHEN $5 AND NOT paused THEN now() ELSE paused_changed_at END,
       state = 'LIVE', state_since = now(), applied_control_version = control_version
     WHERE call_id = $1 RETURNING ${OPENED}`,
    [
      opening.callId,
      opening.replicaId,
      sha256(opening.newResumeToken),
      usedToken,
      opening.initiallyPaused,
      opening.actor.ref,
    ],
  );
  return only(rows);
}

function startValues(opening: CallOpening) {
  return [
    opening.callId,
    opening.conversationId,
    opening.legId,
    opening.direction,
    opening.agentRef,
    opening.shadow,
    opening.policyId,
    opening.policyVersion,
    JSON.stringify(opening.start),
    opening.initiallyPaused,
    sha256(opening.newResumeToken),
    opening.replicaId,
    opening.actor.ref,
    opening.sourceHash,
  ];
}

function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new VouchError('INTERNAL', { message: 'A call vanished.' });
  return row;
}

// A token is 256 random bits: a plain hash of it cannot be turned round.
function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function same(token: Buffer, stored: Buffer | null): boolean {
  return stored?.length === token.length && timingSafeEqual(stored, token);
}
