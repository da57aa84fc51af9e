import type { Outcome } from '../domain/call.js';
import { VouchError } from '../errors.js';
import type { Actor } from './actors.js';
import { callOfDecision } from './call-events.js';
import type { Transaction } from './transaction.js';

export interface NewOutcome {
  readonly decisionId: string;
  readonly outcome: Outcome;
  /** Null: now. */
  readonly occurredAt: Date | null;
  readonly actor: Actor;
}

export interface StoredOutcome {
  /** The call that the decision was made in. */
  readonly callId: string;
  /** UUID. */
  readonly outcomeId: string;
  readonly recordedAt: Date;
}

/**
 * Records what turned out to be true after a decision. There may be several for one: questions now, fraud found later.
 *
 * @throws VouchError DECISION_NOT_FOUND
 */
export async function recordOutcome(tx: Transaction, outcome: NewOutcome): Promise<StoredOutcome> {
  const callId = await callOfDecision(tx, outcome.decisionId);
  if (callId === null) throw new VouchError('DECISION_NOT_FOUND');
  const [stored] = await insertOutcome(tx, callId, outcome);
  if (stored === undefined) throw new VouchError('INTERNAL', { message: 'An outcome was not kept.' });
  return stored;
}

async function insertOutcome(tx: Transaction, callId: string, outcome: NewOutcome): Promise<StoredOutcome[]> {
  return tx.query<StoredOutcome>(
    `INSERT INTO outcomes (call_id, decision_id, outcome, occurred_at, actor, role)
     VALUES ($1, $2, $3, coalesce($4, now()), $5, $6)
     RETURNING call_id AS "callId", outcome_id AS "outcomeId", recorded_at AS "recordedAt"`,
    [callId, outcome.decisionId, outcome.outcome, outcome.occurredAt, outcome.actor.ref, outcome.actor.role],
  );
}
