import { randomBytes } from 'node:crypto';
import { appendEntry, type Appended } from '../audit/index.js';
import { canonicalJson, sha256, type DataKey, type JsonValue } from '../crypto/index.js';
import type { Evidence, IdentityProofing } from '../domain/people.js';
import type { Principal } from '../domain/principal.js';
import {
  insertConsentDetails,
  listConsentDetails,
  replaceConsentDetails,
  setSpeakerVersion,
  type Transaction,
} from '../storage/index.js';
import type { ConsentEventType } from './events.js';
import { isRetroactive } from './rules.js';

/** A consent event to be recorded. */
export interface NewConsentEvent {
  readonly type: ConsentEventType;
  readonly speakerRef: string;
  readonly key: DataKey;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly onBehalfOf: string;
  /** What the chain holds, see events.ts; retroactive mark and digest are added. */
  readonly body: Readonly<Record<string, JsonValue | undefined>>;
  /** What may name a person. */
  readonly details: Readonly<Record<string, JsonValue | undefined>>;
}

/**
 * Appends a consent event to the chain and stores its details, sealed under the speaker's key. The chain holds a digest
 * of the details with a salt that is sealed beside them: once the key is destroyed, nobody can try what they were.
 */
export async function appendConsent(
  tx: Transaction,
  principal: Principal,
  event: NewConsentEvent,
): Promise<Appended> {
  const { type, speakerRef, occurredAt, recordedAt, onBehalfOf } = event;
  const details = canonicalJson({ ...event.details, salt: randomBytes(16).toString('hex') });
  const appended = await appendEntry(tx, principal, {
    kind: 'CONSENT',
    type,
    subjectRef: speakerRef,
    onBehalfOf,
    occurredAt,
    recordedAt,
    body: {
      ...event.body,
      retroactive: isRetroactive(occurredAt, recordedAt),
      detailsSha256: sha256(details).toString('hex'),
    },
  });
  await insertConsentDetails(tx, {
    eventId: appended.eventId,
    speakerRef,
    ciphertext: event.key.seal(Buffer.from(details), consentDetailsContext(appended.eventId)),
  });
  await setSpeakerVersion(tx, speakerRef, appended.position);
  return appended;
}

/** Seals the details of a speaker's consent events under another key of theirs. Throws CIPHERTEXT_INVALID. */
export async function resealConsentDetails(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  for (const row of await listConsentDetails(tx, speakerRef)) {
    const context = consentDetailsContext(row.eventId);
    const details = from.open(row.ciphertext, context);
    await replaceConsentDetails(tx, { ...row, ciphertext: to.seal(details, context) });
  }
}

/** What sealed details belong to. */
export function consentDetailsContext(eventId: string) {
  return { use: 'consent-details', event: eventId };
}

/** Evidence as JSON. */
export function evidenceJson(evidence: Evidence | null): JsonValue {
  return evidence && { ...evidence };
}

/** Identity proofing as JSON. */
export function proofingJson(proofing: IdentityProofing | null): JsonValue {
  return proofing && { ...proofing, provedAt: proofing.provedAt.toISOString() };
}
