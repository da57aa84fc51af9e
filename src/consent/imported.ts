import { appendEntry } from '../audit/index.js';
import type { DataKey, JsonValue } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import type { EvidencedEvent } from '../domain/rights.js';
import { insertConsentDetails, setSpeakerVersion, type Transaction } from '../storage/index.js';
import { consentDetailsContext } from './append.js';
import { parseConsentEvent, type ConsentEvent } from './events.js';

/** Whose events are imported, into which transaction, from where. */
export interface ConsentImport {
  readonly tx: Transaction;
  readonly principal: Principal;
  readonly now: Date;
  readonly speakerRef: string;
  /** The speaker's key here. */
  readonly key: DataKey;
  /** Of the installation that they come from: the id of its public key. */
  readonly from: string;
}

/** An event with its place there and here. */
export interface ImportedEvent {
  readonly oldEventId: string;
  readonly event: ConsentEvent;
}

/**
 * Appends what a person said to another installation to the chain of this one, in the same order, each with its place in
 * the chain that it came from, and stores what stands behind it, sealed anew. In force from now on, as it was there.
 *
 * @throws ZodError for an event that no version of this code wrote
 */
export async function importConsent(
  { tx, principal, now, speakerRef, key, from }: ConsentImport,
  events: readonly EvidencedEvent[],
): Promise<ImportedEvent[]> {
  const imported: ImportedEvent[] = [];
  for (const event of events) {
    const { eventId, chainPosition, chainHash, occurredAt } = event;
    const said = parseConsentEvent({ ...event, position: chainPosition });
    // One that had come from elsewhere there, too, is as old as it was at first.
    const recordedAt = (said.body.imported?.recordedAt ?? said.recordedAt).toISOString();
    const origin = { from, eventId, chainPosition, chainHash, recordedAt };
    const body = { ...(JSON.parse(event.body) as Record<string, JsonValue>), imported: origin };
    const { type } = said;
    const appended = await appendEntry(tx, principal, {
      kind: 'CONSENT',
      type,
      subjectRef: speakerRef,
      occurredAt,
      recordedAt: now,
      body,
    });
    if (event.details !== '') {
      const ciphertext = key.seal(Buffer.from(event.details), consentDetailsContext(appended.eventId));
      await insertConsentDetails(tx, { eventId: appended.eventId, speakerRef, ciphertext });
    }
    await setSpeakerVersion(tx, speakerRef, appended.position);
    const stored = { ...appended, type, occurredAt, recordedAt: now, body: JSON.stringify(body) };
    imported.push({ oldEventId: eventId, event: parseConsentEvent(stored) });
  }
  return imported;
}
