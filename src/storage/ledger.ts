import type { Transaction } from './transaction.js';

export type LedgerKind = 'CONSENT' | 'AUDIT';

/** What is appended to the chain; the database adds position and hashes. */
export interface NewLedgerEntry {
  readonly kind: LedgerKind;
  readonly eventId: string;
  readonly type: string;
  readonly subjectRef: string | null;
  readonly actorRef: string;
  readonly actorRole: string;
  readonly onBehalfOfRef: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** Canonical JSON of an object; pseudonyms only. */
  readonly body: string;
}

/** An entry of the chain. */
export interface LedgerRow extends NewLedgerEntry {
  readonly tenantId: string;
  readonly position: number;
  readonly prevHash: Buffer;
  readonly hash: Buffer;
}

const COLUMNS = `tenant_id AS "tenantId", position, kind, event_id AS "eventId", type, subject_ref AS "subjectRef",
  actor_ref AS "actorRef", actor_role AS "actorRole", on_behalf_of_ref AS "onBehalfOfRef",
  occurred_at AS "occurredAt", recorded_at AS "recordedAt", body, prev_hash AS "prevHash", hash`;

/** A place in the chain: the entry there, and through its hash all before it. */
export interface LedgerPoint {
  /** From 1. */
  readonly position: number;
  /** SHA-256, 32 bytes. */
  readonly hash: Buffer;
}

/** Appends to the tenant's chain and returns the place. Others who append wait until the transaction ends. */
export async function appendLedger(tx: Transaction, entry: NewLedgerEntry): Promise<LedgerPoint> {
  const [row] = await tx.query<LedgerPoint>(
    `SELECT r_position AS position, r_hash AS hash
     FROM append_ledger($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.kind,
      entry.eventId,
      entry.type,
      entry.subjectRef,
      entry.actorRef,
      entry.actorRole,
      entry.onBehalfOfRef,
      entry.occurredAt,
      entry.recordedAt,
      entry.body,
    ],
  );
  if (row === undefined) throw new Error('append_ledger returned nothing');
  return row;
}

/** The consent events of a speaker, in the order of the chain. */
export async function listConsentEntries(tx: Transaction, subjectRef: string): Promise<readonly LedgerRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM ledger WHERE subject_ref = $1 AND kind = 'CONSENT' ORDER BY position`,
    [subjectRef],
  );
}

/** Entries from after a position on, in order. */
export async function listLedger(
  tx: Transaction,
  after: number,
  limit: number,
): Promise<readonly LedgerRow[]> {
  return tx.query(`SELECT ${COLUMNS} FROM ledger WHERE position > $1 ORDER BY position LIMIT $2`, [
    after,
    limit,
  ]);
}

/** The last entry of the chain as it was appended; null before the first. */
export async function findLedgerHead(tx: Transaction): Promise<LedgerHead | null> {
  const [row] = await tx.query<LedgerHead>(
    `SELECT position, hash, EXISTS (SELECT FROM ledger WHERE position > head.position) AS "hasMore"
     FROM ledger_heads head`,
  );
  return row ?? null;
}

export interface LedgerHead extends LedgerPoint {
  /** Whether there are entries after it, which nobody appended. */
  readonly hasMore: boolean;
}
