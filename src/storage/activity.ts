import type { SourceProfile } from '../domain/call.js';
import type { DecisionKind, ReasonCode } from '../domain/decision.js';
import type { Transaction } from './transaction.js';

/** How many calls came to a kind of decision within an hour. */
export interface HourRow {
  readonly beginsAt: Date;
  readonly kind: DecisionKind;
  readonly calls: number;
}

/** Calls by the hour and kind of their newest decision, from a moment on, the oldest hour first. */
export async function countDecisions(tx: Transaction, from: Date): Promise<readonly HourRow[]> {
  return tx.query(
    `SELECT date_trunc('hour', decided_at, 'UTC') AS "beginsAt", decision_kind AS kind, count(*) AS calls
     FROM calls WHERE decided_at >= $1 GROUP BY 1, 2 ORDER BY 1, 2`,
    [from],
  );
}

/** How many calls came to nothing for a reason; null: none was given. */
export interface AbstentionRow {
  readonly kind: DecisionKind;
  readonly reason: ReasonCode | null;
  readonly calls: number;
}

/** Calls decided from a moment on that were neither accepted nor rejected, by each of their reasons, most first. */
export async function countAbstentions(tx: Transaction, from: Date): Promise<readonly AbstentionRow[]> {
  return tx.query(
    `SELECT decision_kind AS kind, reason, count(*) AS calls
     FROM calls LEFT JOIN LATERAL unnest(decision_reasons) AS reason ON true
     WHERE decided_at >= $1 AND decision_kind NOT IN ('ACCEPT', 'REJECT')
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
    [from],
  );
}

/** How many calls from a source had a problem; a null problem: all of the source. */
export interface QualityRow {
  readonly source: SourceProfile | null;
  readonly problem: ReasonCode | null;
  readonly calls: number;
}

/** Calls begun from a moment on, by source and each problem of their audio. */
export async function countQualityProblems(tx: Transaction, from: Date): Promise<readonly QualityRow[]> {
  return tx.query(
    `SELECT start ->> 'source' AS source, problem, count(*) AS calls
     FROM calls, unnest(array_prepend(NULL, quality_problems)) AS problem
     WHERE created_at >= $1 AND started_at IS NOT NULL
     GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2 NULLS FIRST`,
    [from],
  );
}

/** How many of the tenant's calls a process has; null: those that none has. */
export interface LiveRow {
  readonly replicaId: string | null;
  readonly calls: number;
  readonly paused: number;
}

export async function countLive(tx: Transaction): Promise<readonly LiveRow[]> {
  return tx.query(
    `SELECT CASE WHEN state = 'LIVE' THEN owner_replica END AS "replicaId", count(*) AS calls,
       count(*) FILTER (WHERE paused) AS paused
     FROM calls WHERE state <> 'ENDED' GROUP BY 1 ORDER BY 1 NULLS LAST`,
  );
}
