import { z } from 'zod';
import { canonicalJson, type DataKey } from '../crypto/index.js';
import type { ErasureEvidence } from '../domain/rights.js';
import { getEvidence, replaceEvidence, type Transaction } from '../storage/index.js';

const time = z.iso.datetime().transform((text) => new Date(text));
/** A kind that nobody counted when the record was made: nothing of it was destroyed. */
const count = z.int().nonnegative().default(0);

const receipt = z.strictObject({
  eventId: z.string(),
  chainPosition: z.int().positive(),
  chainHash: z.string(),
  erasedAt: time,
  cause: z.enum(['REQUEST', 'RETENTION']),
  destroyed: z.strictObject({
    names: count,
    dataKeys: count,
    voiceprints: count,
    speechKept: count,
    trustPhrases: count,
    fingerprints: count,
    consentDetails: count,
    claims: count,
    decisions: count,
    decisionsRedacted: count,
    outcomes: count,
    manifestRows: count,
  }),
  unrecoverableAfter: time,
  evidenceId: z.string(),
  evidenceUntil: time,
  optOutStays: z.boolean(),
});

const consentEvent = z.strictObject({
  eventId: z.string(),
  chainPosition: z.int().positive(),
  chainHash: z.string(),
  type: z.string(),
  occurredAt: time,
  recordedAt: time,
  actorRole: z.string(),
  body: z.string(),
  details: z.string(),
});

/** The form of records that are made now; earlier ones, which are kept for years, are read as well. */
const FORMAT = 1;

const record = z.strictObject({
  format: z.literal([0, FORMAT]).default(0),
  speakerId: z.string(),
  receipt,
  consentEvents: z.array(consentEvent),
});

/** Reads a receipt that was kept as JSON. */
export const parseReceipt = (value: unknown): z.output<typeof receipt> => receipt.parse(value);

/** What a sealed record belongs to. */
export interface RecordPlace {
  readonly evidenceId: string;
  /** Keyed hash of the erased id. */
  readonly idHash: Buffer;
}

/** Seals what is kept of an erased person, bound to the keyed hash of the id that it is found by. */
export function sealRecord(
  key: DataKey,
  place: RecordPlace,
  kept: ErasureEvidence & { readonly speakerId: string },
): Buffer {
  // Dates as JSON writes them: canonical JSON knows no dates.
  const plain = JSON.parse(JSON.stringify({ format: FORMAT, ...kept })) as Parameters<
    typeof canonicalJson
  >[0];
  return key.seal(Buffer.from(canonicalJson(plain)), context(place));
}

/** Opens what {@link sealRecord} made. Throws CIPHERTEXT_INVALID. */
export function openRecord(
  key: DataKey,
  place: RecordPlace,
  sealed: Buffer,
): ErasureEvidence & { readonly speakerId: string } {
  return record.parse(JSON.parse(key.open(sealed, context(place)).toString()));
}

/** Seals a record under another key of its own. Throws CIPHERTEXT_INVALID. */
export async function resealEvidence(
  tx: Transaction,
  evidenceId: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  const row = await getEvidence(tx, evidenceId);
  if (row === null) return;
  const opened = from.open(row.ciphertext, context(row));
  await replaceEvidence(tx, { ...row, ciphertext: to.seal(opened, context(row)) });
}

function context({ evidenceId, idHash }: RecordPlace) {
  return { use: 'erasure-evidence', evidence: evidenceId, idHash: idHash.toString('hex') };
}
