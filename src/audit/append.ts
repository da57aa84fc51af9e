import { randomUUID } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import { actorRef, appendLedger, type LedgerKind, type Transaction } from '../storage/index.js';

/** What was done, for the chain. Pseudonyms only: nothing here may name a person. */
export interface NewEntry {
  readonly kind: LedgerKind;
  /** Stable, for example `VOICEPRINT_CREATED`. */
  readonly type: string;
  /** The person concerned, if any. */
  readonly subjectRef: string | null;
  /** On whose behalf the principal acted; empty: nobody's. Stored as a pseudonym. */
  readonly onBehalfOf?: string;
  /** Default: `recordedAt`. */
  readonly occurredAt?: Date;
  readonly recordedAt: Date;
  readonly body: Readonly<Record<string, JsonValue | undefined>>;
}

/** Where an entry stands. */
export interface Appended {
  readonly eventId: string;
  readonly position: number;
}

/**
 * Appends to the tenant's chain within a transaction, so that what was done and that it was done are stored together or
 * not at all. Others of the tenant who append wait from here until the transaction ends: append last.
 */
export async function appendEntry(tx: Transaction, principal: Principal, entry: NewEntry): Promise<Appended> {
  const eventId = randomUUID();
  const { onBehalfOf = '' } = entry;
  const position = await appendLedger(tx, {
    kind: entry.kind,
    eventId,
    type: entry.type,
    subjectRef: entry.subjectRef,
    actorRef: await actorRef(tx, principal.actorId),
    actorRole: principal.role,
    onBehalfOfRef: onBehalfOf === '' ? null : await actorRef(tx, onBehalfOf),
    occurredAt: entry.occurredAt ?? entry.recordedAt,
    recordedAt: entry.recordedAt,
    body: canonicalJson(entry.body),
  });
  return { eventId, position };
}

/** Records that somebody looked at what is held of a person. */
export async function appendRead(
  tx: Transaction,
  principal: Principal,
  subjectRef: string,
  what: 'CONSENT' | 'SPEAKER' | 'VOICEPRINTS',
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
