import type { LedgerRow } from './ledger.js';
import type { Transaction } from './transaction.js';

/** Which entries of the chain; null: does not matter. */
export interface LedgerFilter {
  readonly subjectRef: string | null;
  /** Who acted, or on whose behalf. */
  readonly actorRef: string | null;
  readonly types: readonly string[] | null;
  /** Recorded from then on, and before then. */
  readonly from: Date | null;
  readonly to: Date | null;
}

/** An entry with the names behind its pseudonyms, as far as they are known. */
export interface NamedLedgerRow extends LedgerRow {
  readonly speakerId: string | null;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly callId: string | null;
}

// What was tampered with must still be shown: only what is a UUID is taken for one.
const CALL_REF = `CASE WHEN l.body::jsonb ->> 'callRef' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN (l.body::jsonb ->> 'callRef')::uuid END`;

const NAMED = `SELECT l.tenant_id AS "tenantId", position, kind, event_id AS "eventId", type, l.subject_ref AS "subjectRef",
    l.actor_ref AS "actorRef", actor_role AS "actorRole", on_behalf_of_ref AS "onBehalfOfRef",
    occurred_at AS "occurredAt", recorded_at AS "recordedAt", body, prev_hash AS "prevHash", hash,
    s.speaker_id AS "speakerId", a.actor_id AS "actorId", b.actor_id AS "onBehalfOf", c.call_id AS "callId"
  FROM ledger l
  LEFT JOIN speakers s ON s.speaker_ref = l.subject_ref
  LEFT JOIN actors a ON a.actor_ref = l.actor_ref
  LEFT JOIN actors b ON b.actor_ref = l.on_behalf_of_ref
  LEFT JOIN calls c ON c.call_ref = ${CALL_REF}`;

/** Entries before a position (null: from the newest on), the newest first. */
export async function queryLedger(
  tx: Transaction,
  filter: LedgerFilter,
  before: number | null,
  limit: number,
): Promise<readonly NamedLedgerRow[]> {
  return tx.query(
    `${NAMED}
     WHERE ($1::bigint IS NULL OR position < $1) AND ($2::uuid IS NULL OR l.subject_ref = $2)
       AND ($3::uuid IS NULL OR l.actor_ref = $3 OR on_behalf_of_ref = $3)
       AND ($4::text[] IS NULL OR type = ANY($4))
       AND ($5::timestamptz IS NULL OR recorded_at >= $5) AND ($6::timestamptz IS NULL OR recorded_at < $6)
     ORDER BY position DESC LIMIT $7`,
    [before, filter.subjectRef, filter.actorRef, filter.types, filter.from, filter.to, limit],
  );
}

/** Entries of some types between positions, the first excluded and the last included, in order. */
export async function listNamedLedger(
  tx: Transaction,
  of: {
    readonly types: readonly string[];
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
  },
): Promise<readonly NamedLedgerRow[]> {
  return tx.query(
    `${NAMED} WHERE type = ANY($1) AND position > $2 AND position <= $3 ORDER BY position LIMIT $4`,
    [of.types, of.after, of.upTo, of.limit],
  );
}

/** Which entries of a person: those of a pseudonym (null: of none) that are of these types, and those at these positions. */
export interface SubjectFilter {
  readonly subjectRef: string | null;
  readonly types: readonly string[];
  readonly positions: readonly number[];
}

/** Entries about a person from after a position on, in order. */
export async function listSubjectEntries(
  tx: Transaction,
  { subjectRef, types, positions }: SubjectFilter,
  after: number,
  limit: number,
): Promise<readonly NamedLedgerRow[]> {
  return tx.query(
    `${NAMED} WHERE position > $1 AND ((l.subject_ref = $2 AND type = ANY($3)) OR position = ANY($4::bigint[]))
     ORDER BY position LIMIT $5`,
    [after, subjectRef, types, positions, limit],
  );
}

/** The entry at a position; null where there is none. */
export async function findLedgerEntry(tx: Transaction, position: number): Promise<NamedLedgerRow | null> {
  const [row] = await tx.query<NamedLedgerRow>(`${NAMED} WHERE position = $1`, [position]);
  return row ?? null;
}

// A person: the one on whose behalf something was done, else the one who did it.
const PERSON = 'coalesce(on_behalf_of_ref, actor_ref)';

/** How often somebody did things with the data of a person. */
export interface ReaderRow {
  readonly actorId: string;
  readonly role: string;
  readonly reads: number;
  readonly claims: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Who has entries of these types about a person, the latest first. */
export async function listReaders(
  tx: Transaction,
  of: {
    readonly subjectRef: string;
    readonly reads: readonly string[];
    readonly claims: readonly string[];
    readonly from: Date;
    readonly to: Date;
    readonly limit: number;
  },
): Promise<readonly ReaderRow[]> {
  return tx.query(
    `SELECT actor_id AS "actorId", role, reads, claims, "firstAt", "lastAt" FROM (
       SELECT ${PERSON} AS person, actor_role AS role, count(*) FILTER (WHERE type = ANY($2)) AS reads,
         count(*) FILTER (WHERE type = ANY($3)) AS claims, min(recorded_at) AS "firstAt", max(recorded_at) AS "lastAt"
       FROM ledger
       WHERE subject_ref = $1 AND type = ANY($2 || $3) AND recorded_at >= $4 AND recorded_at < $5
       GROUP BY 1, 2
     ) readers JOIN actors ON actor_ref = person ORDER BY "lastAt" DESC, actor_id COLLATE "C" LIMIT $6`,
    [of.subjectRef, of.reads, of.claims, of.from, of.to, of.limit],
  );
}

/** How often somebody did otherwise than decisions suggested. */
export interface OverriderRow {
  readonly actorId: string;
  readonly role: string;
  readonly overrides: number;
  readonly ofRejections: number;
  readonly proceededAfterRejection: number;
  readonly lastAt: Date;
}

/** Who overrode decisions, those first who served most rejected callers. An override of several claims counts once. */
export async function listOverriders(
  tx: Transaction,
  of: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<readonly OverriderRow[]> {
  const counted = (condition: string) => `count(DISTINCT body ->> 'overrideId') FILTER (WHERE ${condition})`;
  const rejected = `body ->> 'decisionKind' = 'REJECT'`;
  return tx.query(
    `SELECT actor_id AS "actorId", role, overrides, "ofRejections", "proceededAfterRejection", "lastAt" FROM (
       SELECT ${PERSON} AS person, actor_role AS role, ${counted('true')} AS overrides,
         ${counted(rejected)} AS "ofRejections",
         ${counted(`${rejected} AND body ->> 'action' = 'PROCEEDED'`)} AS "proceededAfterRejection",
         max(recorded_at) AS "lastAt"
       FROM (
         SELECT actor_ref, actor_role, on_behalf_of_ref, recorded_at, body::jsonb AS body
         FROM ledger WHERE type = 'DECISION_OVERRIDDEN' AND recorded_at >= $1 AND recorded_at < $2
       ) told
       GROUP BY 1, 2
     ) overriders JOIN actors ON actor_ref = person
     ORDER BY "proceededAfterRejection" DESC, "ofRejections" DESC, overrides DESC, actor_id COLLATE "C" LIMIT $3`,
    [of.from, of.to, of.limit],
  );
}

/** How many people somebody read in a time. */
export interface ReadCountRow {
  readonly actorId: string;
  readonly role: string;
  readonly speakers: number;
}

/**
 * How many distinct people each person read, and were listed to them, in a time. Platforms that act by themselves are
 * not persons.
 */
export async function countReads(
  tx: Transaction,
  of: { readonly types: readonly string[]; readonly from: Date; readonly to: Date },
): Promise<readonly ReadCountRow[]> {
  return tx.query(
    `SELECT actor_id AS "actorId", role, speakers FROM (
       SELECT ${PERSON} AS person, max(actor_role) AS role,
         count(DISTINCT subject_ref)
           + coalesce(sum((body::jsonb ->> 'count')::bigint) FILTER (WHERE subject_ref IS NULL), 0)::bigint AS speakers
       FROM ledger
       WHERE type = ANY($1) AND recorded_at >= $2 AND recorded_at < $3
         AND (on_behalf_of_ref IS NOT NULL OR actor_role NOT IN ('TELEPHONY', 'SERVICE'))
       GROUP BY 1
     ) counted JOIN actors ON actor_ref = person`,
    [of.types, of.from, of.to],
  );
}
