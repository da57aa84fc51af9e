import type { EndReason } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { CallEvent } from '../domain/event.js';
import { VouchError } from '../errors.js';
import { deleteCheckpoint } from './call-checkpoints.js';
import { claimedSpeakers } from './call-claims.js';
import { lockCall } from './calls.js';
import { readForm, storeForm } from './event-form.js';
import type { Transaction } from './transaction.js';

/**
 * Stores changes of state in their order. Events that are stored already under the same epoch are passed over, so that
 * what was not confirmed can be sent again. The event `ended` also ends the call.
 *
 * @param epoch under which the owner got the call
 * @param events numbered on from the last stored one, without gaps; no progress
 * @returns those that were not stored before
 * @throws VouchError CALL_NOT_FOUND; CALL_TAKEN_OVER; CALL_ENDED after its end; INTERNAL for a gap, a double or progress
 */
export async function appendEvents(
  tx: Transaction,
  callId: string,
  epoch: number,
  events: readonly CallEvent[],
): Promise<readonly CallEvent[]> {
  const call = await lockCall(tx, callId, epoch);
  const known = events.filter((event) => event.sequence <= call.lastSequence);
  if (known.length > 0) await requireStored(tx, callId, epoch, known);
  const fresh = events.filter((event) => event.sequence > call.lastSequence);
  if (fresh.length === 0) return [];
  if (call.state === 'ENDED') throw new VouchError('CALL_ENDED');
  for (const [index, event] of fresh.entries()) {
    const expected = call.lastSequence + 1 + index;
    const before = fresh[index - 1];
    if (event.sequence !== expected) throw outOfOrder(`number ${event.sequence} came instead of ${expected}`);
    if (before?.body.type === 'ended') throw new VouchError('CALL_ENDED');
    await insertEvent(tx, callId, epoch, event);
    await noteAcceptance(tx, callId, event);
  }
  await noteProgress(tx, callId, call.lastSequence + fresh.length, fresh);
  const last = fresh.at(-1);
  if (last?.body.type === 'ended') await setEnded(tx, callId, last.body.reason, last.emittedAt);
  return fresh;
}

/** The stored events of a call after a number, first to last, with the names that are still known. */
export async function readEvents(
  tx: Transaction,
  callId: string,
  afterSequence: number,
  limit: number,
): Promise<CallEvent[]> {
  const rows = await selectEvents(tx, callId, afterSequence, limit);
  const named = rows.some((row) => NAMING.has(row.type));
  const speakers = named ? await claimedSpeakers(tx, callId) : new Map<number, string>();
  return rows.map((row) => ({
    sequence: row.sequence,
    callId,
    emittedAt: row.emittedAt,
    mediaTimeMs: row.mediaTimeMs,
    replayed: true,
    body: readForm(row.body, speakers),
  }));
}

/** The last decision of a call; null before the first. */
export async function lastDecision(tx: Transaction, callId: string): Promise<Decision | null> {
  const rows = await tx.query<{ body: unknown }>(
    `SELECT body FROM call_events WHERE call_id = $1 AND type = 'decision' ORDER BY sequence DESC LIMIT 1`,
    [callId],
  );
  if (rows[0] === undefined) return null;
  const body = readForm(rows[0].body, await claimedSpeakers(tx, callId));
  return body.type === 'decision' ? body.decision : null;
}

/** A decision or evaluation of a call by its id; null where it is not stored. */
export async function findDecision(
  tx: Transaction,
  callId: string,
  decisionId: string,
): Promise<Decision | null> {
  const rows = await tx.query<{ body: unknown }>(
    'SELECT body FROM call_events WHERE call_id = $1 AND decision_id = $2',
    [callId, decisionId],
  );
  if (rows[0] === undefined) return null;
  const body = readForm(rows[0].body, await claimedSpeakers(tx, callId));
  return 'decision' in body ? body.decision : null;
}

/** The call that a decision was made in; null where there is no such decision. */
export async function callOfDecision(tx: Transaction, decisionId: string): Promise<string | null> {
  const rows = await tx.query<{ callId: string }>(
    'SELECT call_id AS "callId" FROM call_events WHERE decision_id = $1',
    [decisionId],
  );
  return rows[0]?.callId ?? null;
}

/** Types of events that name speakers. */
const NAMING: ReadonlySet<string> = new Set(['decision', 'evaluation', 'claimReceived']);

interface EventRow {
  readonly sequence: number;
  readonly type: string;
  readonly mediaTimeMs: number;
  readonly emittedAt: Date;
  readonly body: unknown;
}

async function selectEvents(tx: Transaction, callId: string, after: number, limit: number) {
  return tx.query<EventRow>(
    `SELECT sequence, type, media_time_ms AS "mediaTimeMs", emitted_at AS "emittedAt", body
     FROM call_events WHERE call_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
    [callId, after, limit],
  );
}

async function requireStored(
  tx: Transaction,
  callId: string,
  epoch: number,
  events: readonly CallEvent[],
): Promise<void> {
  for (const event of events) {
    const rows = await tx.query(
      'SELECT 1 FROM call_events WHERE call_id = $1 AND epoch = $2 AND sequence = $3 AND body = $4::jsonb',
      [callId, epoch, event.sequence, storeForm(event.body)],
    );
    if (rows.length === 0) throw outOfOrder(`number ${event.sequence} is another event already`);
  }
}

async function insertEvent(tx: Transaction, callId: string, epoch: number, event: CallEvent): Promise<void> {
  const { body } = event;
  if (body.type === 'progress') throw outOfOrder('progress is not stored');
  await tx.query(
    `INSERT INTO call_events (call_id, sequence, epoch, type, media_time_ms, emitted_at, body, decision_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      callId,
      event.sequence,
      epoch,
      body.type,
      Math.round(event.mediaTimeMs),
      event.emittedAt,
      storeForm(body),
      'decision' in body ? body.decision.decisionId : null,
    ],
  );
}

/** Keeps when a speaker was last accepted, to the day; for retention, after the call's rows are gone. */
async function noteAcceptance(
  tx: Transaction,
  callId: string,
  { body, emittedAt }: CallEvent,
): Promise<void> {
  if (body.type !== 'decision') return;
  const accepted = body.decision.claims.filter((claim) => claim.kind === 'ACCEPT');
  if (accepted.length === 0) return;
  await tx.query(
    `INSERT INTO speaker_activity (speaker_ref, accepted_at)
     SELECT speaker_ref, $2 FROM call_claims JOIN speakers USING (tenant_id, speaker_ref)
     WHERE call_id = $1 AND claim_number = ANY ($3)
     ON CONFLICT (tenant_id, speaker_ref) DO UPDATE SET accepted_at = excluded.accepted_at
       WHERE speaker_activity.accepted_at < excluded.accepted_at - interval '1 day'`,
    [callId, emittedAt, accepted.map((claim) => claim.claimNumber)],
  );
}

/** Keeps in the call's own row what lists and counts tell of it: its newest decision, and what was wrong with its audio. */
async function noteProgress(
  tx: Transaction,
  callId: string,
  lastSequence: number,
  events: readonly CallEvent[],
): Promise<void> {
  const newest = events.flatMap(({ body }) => (body.type === 'decision' ? [body.decision] : [])).at(-1);
  const problems = events.flatMap(({ body }) => (body.type === 'quality' ? body.problems : []));
  await tx.query(
    `UPDATE calls SET last_sequence = $2, decision_kind = coalesce($3, decision_kind),
       decided_at = coalesce($4, decided_at), decision_reasons = coalesce($5, decision_reasons),
       accepted_claims = coalesce($7, accepted_claims),
       quality_problems = ARRAY(SELECT DISTINCT unnest(quality_problems || $6::text[]))
     WHERE call_id = $1`,
    [
      callId,
      lastSequence,
      newest?.kind ?? null,
      newest?.decidedAt ?? null,
      newest?.reasons ?? null,
      problems,
      newest?.claims.filter(({ kind }) => kind === 'ACCEPT').map(({ claimNumber }) => claimNumber) ?? null,
    ],
  );
}

async function setEnded(tx: Transaction, callId: string, reason: EndReason, at: Date): Promise<void> {
  await tx.query(
    `UPDATE calls SET state = 'ENDED', state_since = now(), ended_at = $3, end_reason = $2, owner_replica = NULL,
       resume_token_sha256 = NULL, used_token_sha256 = NULL, applied_control_version = control_version
     WHERE call_id = $1`,
    [callId, reason, at],
  );
  await deleteCheckpoint(tx, callId);
}

function outOfOrder(why: string): VouchError {
  return new VouchError('INTERNAL', { message: `Events out of order: ${why}.` });
}
