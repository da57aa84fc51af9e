import { randomUUID } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import { actorRef, appendLedger, type LedgerKind, type Transaction } from '../storage/index.js';
import type { EntryType } from './types.js';

/** What was done, for the chain. Pseudonyms only: nothing here may name a person. */
export interface NewEntry {
  readonly kind: LedgerKind;
  /** Stable, for example `VOICEPRINT_CREATED`; see types.ts. */
  readonly type: EntryType;
  /** The person concerned, if any. */
  readonly subjectRef: string | null;
  /** On whose behalf the principal acted; empty: nobody's. Stored as a pseudonym. */
  readonly onBehalfOf?: string;
  /** The same, where the pseudonym is known already. */
  readonly onBehalfOfRef?: string | null;
  /** Default: `recordedAt`. */
  readonly occurredAt?: Date;
  readonly recordedAt: Date;
  readonly body: Readonly<Record<string, JsonValue | undefined>>;
}

/** Where an entry stands: the place in the chain that proves it. */
export interface Appended {
  /** UUID. */
  readonly eventId: string;
  /** From 1. */
  readonly position: number;
  /** Of the entry, and through it of all before it: SHA-256, 32 bytes. */
  readonly hash: Buffer;
}

/** Who did it: a principal, or the service by itself. */
export type ActingParty = Pick<Principal, 'actorId'> & { readonly role: Principal['role'] | 'SERVICE' };

/**
 * Appends to the tenant's chain within a transaction, so that what was done and that it was done are stored together or
 * not at all. Others of the tenant who append wait from here until the transaction ends: append last.
 */
export async function appendEntry(
  tx: Transaction,
  principal: ActingParty,
  entry: NewEntry,
): Promise<Appended> {
  const eventId = randomUUID();
  const { onBehalfOf = '' } = entry;
  const onBehalfOfRef = onBehalfOf === '' ? (entry.onBehalfOfRef ?? null) : await actorRef(tx, onBehalfOf);
  const point = await appendLedger(tx, {
    kind: entry.kind,
    eventId,
    type: entry.type,
    subjectRef: entry.subjectRef,
    actorRef: await actorRef(tx, principal.actorId),
    actorRole: principal.role,
    onBehalfOfRef,
    occurredAt: entry.occurredAt ?? entry.recordedAt,
    recordedAt: entry.recordedAt,
    body: canonicalJson(entry.body),
  });
  return { eventId, ...point };
}

/** Records that somebody looked at what is held of a person. */
export async function appendRead(
  tx: Transaction,
  principal: Principal,
  subjectRef: string | null,
  what: 'CALLS' | 'CONSENT' | 'CONSENT_EVENTS' | 'SPEAKER' | 'VOICEPRINTS',
  recordedAt: Date,
): Promise<void> {
  await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'SPEAKER_READ',
    subjectRef,
    recordedAt,
    body: { what },
  });
}
