import { consentDetailsContext } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { EvidencedEvent } from '../domain/rights.js';
import { isUnreadable, openSpeakerKey } from '../keys/index.js';
import { listConsentDetails, listConsentEntries, type Transaction } from '../storage/index.js';

/** What a person said, from the chain, with what stood behind it. Details that do not open are empty. */
export async function consentHistory(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<EvidencedEvent[]> {
  const details = await readDetails(tx, keyring, speakerRef);
  return (await listConsentEntries(tx, speakerRef)).map((entry) => ({
    eventId: entry.eventId,
    chainPosition: entry.position,
    chainHash: entry.hash.toString('hex'),
    type: entry.type,
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    actorRole: entry.actorRole,
    body: entry.body,
    details: details.get(entry.eventId) ?? '',
  }));
}

/** By event; those that cannot be read are not there. */
async function readDetails(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<ReadonlyMap<string, string>> {
  const details = new Map<string, string>();
  const key = await orNull(() => openSpeakerKey(tx, keyring, speakerRef));
  if (key === null) return details;
  for (const { eventId, ciphertext } of await listConsentDetails(tx, speakerRef)) {
    const opened = await orNull(() => key.open(ciphertext, consentDetailsContext(eventId)));
    if (opened !== null) details.set(eventId, opened.toString());
  }
  return details;
}

/** Null for what does not open. */
async function orNull<T>(open: () => T | Promise<T>): Promise<T | null> {
  try {
    return await open();
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}
