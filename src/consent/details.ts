import { z } from 'zod';
import type { DataKey } from '../crypto/index.js';
import { findConsentDetails, type Transaction } from '../storage/index.js';
import { consentDetailsContext } from './append.js';

const details = z.object({ evidence: z.object({ reference: z.string() }).nullish() });

/** The reference of the evidence behind a consent event; null where there is none. Throws CIPHERTEXT_INVALID. */
export async function evidenceReference(
  tx: Transaction,
  key: DataKey,
  eventId: string,
): Promise<string | null> {
  const row = await findConsentDetails(tx, eventId);
  if (row === null) return null;
  const opened: unknown = JSON.parse(key.open(row.ciphertext, consentDetailsContext(eventId)).toString());
  const reference = details.parse(opened).evidence?.reference;
  // Evidence without a reference is no answer to one.
  return reference === undefined || reference === '' ? null : reference;
}
