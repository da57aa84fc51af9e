import { sha256 } from '../crypto/index.js';

/** An entry of a tenant's chain. */
export interface ChainEntry {
  readonly tenantId: string;
  /** From 1 without gaps. */
  readonly position: number;
  readonly kind: string;
  readonly eventId: string;
  readonly type: string;
  /** Pseudonym of the person concerned. */
  readonly subjectRef: string | null;
  /** Pseudonym of who did it, in which role, and on whose behalf. */
  readonly actorRef: string;
  readonly actorRole: string;
  readonly onBehalfOfRef: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** Canonical JSON, to the letter. */
  readonly body: string;
  /** Hash of the entry before; zeros before the first. */
  readonly prevHash: Buffer;
  readonly hash: Buffer;
}

/** What is wrong with a chain, and the first position where it shows. */
export interface ChainProblem {
  readonly position: number;
  /**
   * CHANGED: the entry is not what was hashed. MISSING: there is no entry at this position. NOT_LINKED: the entry does
   * not follow from the one before it: they were reordered, or the one before was replaced.
   */
  readonly problem: 'CHANGED' | 'MISSING' | 'NOT_LINKED';
}

/** A place in a chain to start from or to end at, for example its head or an anchor. */
export interface ChainPoint {
  readonly position: number;
  readonly hash: Buffer;
}

export const CHAIN_START: ChainPoint = { position: 0, hash: Buffer.alloc(32) };

/**
 * The hash of an entry: SHA-256 over its fields in a fixed order, each as its length in bytes, a colon, its UTF-8 bytes
 * and a comma (netstrings, https://cr.yp.to/proto/netstrings.txt), null as `-,`. The same as `ledger_hash` in the
 * database, where entries get theirs.
 */
export function entryHash(entry: Omit<ChainEntry, 'hash'>): Buffer {
  const fields = [
    'vouch-ledger-1',
    entry.tenantId,
    String(entry.position),
    entry.kind,
    entry.eventId,
    entry.type,
    entry.subjectRef,
    entry.actorRef,
    entry.actorRole,
    entry.onBehalfOfRef,
    entry.occurredAt.toISOString(),
    entry.recordedAt.toISOString(),
    entry.body,
    entry.prevHash.toString('hex'),
  ];
  const encode = (field: string | null): string =>
    field === null ? '-,' : `${Buffer.byteLength(field)}:${field},`;
  return sha256(fields.map(encode).join(''));
}

/**
 * Follows a chain and names the first entry that is changed, missing or out of order.
 *
 * A chain whose end was cut off, or which was rewritten whole, follows from itself: only a head or an anchor from
 * elsewhere shows that.
 *
 * @param entries - in the order of their positions
 * @param options - where the entries begin, and where the chain should lead
 * @returns where it leads, or the problem
 */
export async function verifyChain(
  entries: Iterable<ChainEntry> | AsyncIterable<ChainEntry>,
  { from = CHAIN_START, to }: { from?: ChainPoint; to?: ChainPoint } = {},
): Promise<ChainPoint | ChainProblem> {
  if (to !== undefined && to.position < from.position)
    return { position: to.position + 1, problem: 'MISSING' };
  let last = from;
  for await (const entry of entries) {
    const position = last.position + 1;
    if (entry.position !== position) return { position, problem: 'MISSING' };
    if (!entry.prevHash.equals(last.hash)) return { position, problem: 'NOT_LINKED' };
    if (!entry.hash.equals(entryHash(entry))) return { position, problem: 'CHANGED' };
    if (to?.position === position && !to.hash.equals(entry.hash)) return { position, problem: 'CHANGED' };
    last = { position, hash: entry.hash };
  }
  if (to?.position === from.position && !to.hash.equals(from.hash))
    return { position: from.position, problem: 'CHANGED' };
  if (to !== undefined && to.position > last.position)
    return { position: last.position + 1, problem: 'MISSING' };
  return last;
}
