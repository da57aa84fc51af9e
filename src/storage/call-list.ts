import type { CallDirection, CallState, SourceProfile } from '../domain/call.js';
import type { Decision, DecisionKind, ReasonCode } from '../domain/decision.js';
import { readForm } from './event-form.js';
import type { Transaction } from './transaction.js';

/** Which calls; null: does not matter. */
export interface CallFilter {
  readonly liveOnly: boolean;
  readonly decisionKinds: readonly DecisionKind[] | null;
  /** Begun from then on, and before then. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** A claimed speaker: by pseudonym (null: has none), and by the keyed hash of the id. */
  readonly subject: { readonly speakerRef: string | null; readonly idHash: Uint8Array } | null;
  readonly source: SourceProfile | null;
  /** Only calls of one actor: that an agent handles, or nobody; that a platform streams. Null: all. */
  readonly own: { readonly as: 'AGENT' | 'TELEPHONY'; readonly actorRef: string | null } | null;
}

/** Where a page ended: when its last call began, microseconds since 1970, and its id. */
export interface CallPosition {
  readonly beganAtMicros: number;
  readonly callId: string;
}

/** A call in a list. */
export interface ListedCallRow extends CallPosition {
  readonly conversationId: string;
  readonly state: CallState;
  readonly direction: CallDirection | null;
  readonly source: SourceProfile | null;
  readonly upstreamCodec: string;
  readonly paused: boolean;
  readonly shadow: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly claims: number;
  readonly qualityProblems: readonly ReasonCode[];
  readonly replicaId: string | null;
  readonly agentId: string | null;
  /** Its newest one, which names nobody. */
  readonly decision: Decision | null;
}

/** Calls, those that began last first. */
export async function listCalls(
  tx: Transaction,
  filter: CallFilter,
  after: CallPosition | null,
  limit: number,
): Promise<readonly ListedCallRow[]> {
  const rows = await tx.query<ListedCallRow & { readonly body: unknown }>(
    `SELECT listed.*, (extract(epoch FROM "createdAt") * 1000000)::bigint AS "beganAtMicros",
       (SELECT count(*) FROM call_claims WHERE call_id = "callId") AS claims,
       (SELECT actor_id FROM actors WHERE actor_ref = agent_ref) AS "agentId",
       (SELECT body FROM call_events WHERE call_id = "callId" AND type = 'decision'
        ORDER BY sequence DESC LIMIT 1) AS body
     FROM (
       SELECT call_id AS "callId", conversation_id AS "conversationId", state, direction, start ->> 'source' AS source,
         coalesce(start ->> 'upstreamCodec', '') AS "upstreamCodec", paused, shadow, created_at AS "createdAt",
         started_at AS "startedAt", ended_at AS "endedAt", quality_problems AS "qualityProblems",
         owner_replica AS "replicaId", agent_ref
       FROM calls
       WHERE (NOT $1 OR state <> 'ENDED') AND ($2::text[] IS NULL OR decision_kind = ANY ($2))
         AND ($3::timestamptz IS NULL OR created_at >= $3) AND ($4::timestamptz IS NULL OR created_at < $4)
         AND (NOT $5 OR call_id IN (SELECT call_id FROM call_claims WHERE speaker_ref = $6 OR claimed_hash = $7))
         AND ($8::text IS NULL OR start ->> 'source' = $8)
         AND CASE $9::text WHEN 'AGENT' THEN agent_ref IS NULL OR agent_ref = $10
           WHEN 'TELEPHONY' THEN coalesce(streamed_by, created_by_actor) = $10 ELSE true END
         AND ($11::bigint IS NULL
           OR (created_at, call_id) < (timestamptz 'epoch' + $11::bigint * interval '1 microsecond', $12))
       ORDER BY created_at DESC, call_id DESC LIMIT $13
     ) listed ORDER BY "createdAt" DESC, "callId" DESC`,
    [...filterValues(filter), after?.beganAtMicros ?? null, after?.callId ?? null, limit],
  );
  return rows.map(({ body, ...row }) => ({ ...row, decision: decisionOf(body) }));
}

function filterValues({ liveOnly, decisionKinds, from, to, subject, source, own }: CallFilter) {
  return [
    liveOnly,
    decisionKinds,
    from,
    to,
    subject !== null,
    subject?.speakerRef ?? null,
    subject?.idHash ?? null,
    source,
    own?.as ?? null,
    own?.actorRef ?? null,
  ];
}

function decisionOf(body: unknown): Decision | null {
  if (body === null) return null;
  const read = readForm(body, new Map());
  return read.type === 'decision' ? read.decision : null;
}
