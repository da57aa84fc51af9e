import { z } from 'zod';
import type { DataKey } from '../crypto/index.js';
import type { Evidence, IdentityProofing } from '../domain/people.js';
import { findConsentDetails, type Transaction } from '../storage/index.js';
import { consentDetailsContext } from './append.js';

const details = z.object({
  callId: z.string().default(''),
  mediaTimeMs: z.number().nullable().default(null),
  evidence: z
    .object({ type: z.string(), reference: z.string(), sha256: z.string() })
    .nullable()
    .default(null),
  proofing: z
    .object({
      method: z.string(),
      strength: z.enum(['LOW', 'MEDIUM', 'HIGH']),
      actor: z.string(),
      reference: z.string(),
      provedAt: z.iso.datetime().transform((text) => new Date(text)),
    })
    .nullable()
    .default(null),
});

/** What stands behind a consent event. */
export interface ConsentDetails {
  /** Empty: not in a call. */
  readonly callId: string;
  readonly mediaTimeMs: number | null;
  readonly evidence: Evidence | null;
  readonly proofing: IdentityProofing | null;
}

/** What stands behind a consent event; null where nothing is kept of it. Throws CIPHERTEXT_INVALID. */
export async function openDetails(
  tx: Transaction,
  key: DataKey,
  eventId: string,
): Promise<ConsentDetails | null> {
  const row = await findConsentDetails(tx, eventId);
  if (row === null) return null;
  return details.parse(JSON.parse(key.open(row.ciphertext, consentDetailsContext(eventId)).toString()));
}

/** The reference of the evidence behind a consent event; null where there is none. Throws CIPHERTEXT_INVALID. */
export async function evidenceReference(
  tx: Transaction,
  key: DataKey,
  eventId: string,
): Promise<string | null> {
  const reference = (await openDetails(tx, key, eventId))?.evidence?.reference;
  // Evidence without a reference is no answer to one.
  return reference === undefined || reference === '' ? null : reference;
}
