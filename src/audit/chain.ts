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

/** What is wrong with a chain, and the first entry that is bad. */
export interface ChainProblem {
  readonly position: number;
  /**
   * - CHANGED: the entry is not what was hashed.
   * - MISSING: there is no entry at this position.
   * - MOVED: the entry does not follow from the one before it, and is not what was hashed for this place.
   * - FORGED: the entry is whole in itself, but the next one was made to follow another; or nobody appended it.
   * - NOT_ANCHORED: the chain holds together, but the entry here is not the one that was anchored: from somewhere before
   *   on it was written anew.
   */
  readonly problem: 'CHANGED' | 'MISSING' | 'MOVED' | 'FORGED' | 'NOT_ANCHORED';
  /** What stands there; null where nothing does. */
  readonly entry: ChainEntry | null;
}

/** A place in a chain, for example its head or an anchor. */
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

/** Where a chain should lead. */
export interface ChainExpectation {
  /** The last entry as it was appended. */
  readonly head: ChainPoint;
  /** Whether there are entries after the head, which nobody appended. */
  readonly hasMore?: boolean;
  /** What is known from elsewhere: an entry that the chain must pass. */
  readonly anchor?: ChainPoint | null;
}

/**
 * Follows a chain from its beginning and names the first entry that is changed, missing, out of order or forged. Holds
 * two entries at a time.
 *
 * A chain whose end was cut off together with its head, or which was written anew from some entry on, follows from
 * itself: only an anchor from elsewhere shows that.
 *
 * @param entries - in the order of their positions, up to the head
 * @returns the head, or the problem
 */
export async function verifyChain(
  entries: Iterable<ChainEntry> | AsyncIterable<ChainEntry>,
  { head, hasMore = false, anchor = null }: ChainExpectation,
): Promise<ChainPoint | ChainProblem> {
  let last: ChainPoint = CHAIN_START;
  let before: ChainEntry | null = null;
  for await (const entry of entries) {
    const problem = checkEntry(entry, last, before);
    if (problem !== null) return problem;
    before = entry;
    last = { position: entry.position, hash: entry.hash };
    if (differs(anchor, last)) return { position: entry.position, problem: 'NOT_ANCHORED', entry };
    // The head says what was appended: an entry that differs from it followed nothing.
    if (differs(head, last)) return { position: entry.position, problem: 'FORGED', entry };
  }
  const reaches = Math.max(head.position, anchor?.position ?? 0);
  if (last.position < reaches) return { position: last.position + 1, problem: 'MISSING', entry: null };
  if (hasMore) return { position: last.position + 1, problem: 'FORGED', entry: null };
  return last;
}

/** What is wrong with an entry after the last good one. */
function checkEntry(entry: ChainEntry, last: ChainPoint, before: ChainEntry | null): ChainProblem | null {
  const position = last.position + 1;
  if (entry.position !== position) return { position, problem: 'MISSING', entry: null };
  const isWhole = entry.hash.equals(entryHash(entry));
  if (!entry.prevHash.equals(last.hash)) {
    // One that is whole was appended here, after another one than stands there now.
    if (isWhole && before !== null) return { position: last.position, problem: 'FORGED', entry: before };
    return { position, problem: isWhole ? 'FORGED' : 'MOVED', entry };
  }
  return isWhole ? null : { position, problem: 'CHANGED', entry };
}

/** Whether a place is the expected one and holds another entry. */
function differs(expected: ChainPoint | null, found: ChainPoint): boolean {
  return expected?.position === found.position && !expected.hash.equals(found.hash);
}
