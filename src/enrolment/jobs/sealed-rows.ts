import { z } from 'zod';
import type { DataKey, Keyring } from '../../crypto/index.js';
import type { ManifestEntry, ManifestRow } from '../../domain/enrolment-job.js';
import { SPEAKER_ID_HASH, proofingJson } from '../../consent/index.js';
import { VouchError } from '../../errors.js';
import { resealJobRowsOf, type NewJobRow, type Transaction } from '../../storage/index.js';

/** What the keyed hash of a speaker with a label is for. */
const TARGET_HASH = 'speaker-label';

const time = z.iso.datetime().transform((text) => new Date(text));

const entrySchema = z.strictObject({
  file: z.string(),
  speakerId: z.string(),
  label: z.string(),
  channel: z.int().nullable(),
  consentReference: z.string(),
  recordedAt: time.nullable(),
  proofing: z
    .strictObject({
      method: z.string(),
      strength: z.enum(['LOW', 'MEDIUM', 'HIGH']),
      actor: z.string(),
      reference: z.string(),
      provedAt: time,
    })
    .nullable(),
});

/** Seals a row of a manifest: nothing of it stands in the database in clear, least of all who it is about. */
export async function sealRow(
  key: DataKey,
  keyring: Keyring,
  tenantId: string,
  { row, problem, ...entry }: ManifestRow,
): Promise<NewJobRow> {
  const { speakerId, label, recordedAt, proofing } = entry;
  const hash = (use: string, value: string) => keyring.keyedHash(tenantId, use, value);
  const stored = {
    ...entry,
    recordedAt: recordedAt?.toISOString() ?? null,
    proofing: proofingJson(proofing),
  };
  return {
    row,
    speakerHash: await hash(SPEAKER_ID_HASH, speakerId),
    targetHash: problem === null ? await hash(TARGET_HASH, JSON.stringify([speakerId, label])) : null,
    sealed: key.seal(Buffer.from(JSON.stringify(stored)), context(row)),
    reason: problem?.reason ?? '',
    field: problem?.field ?? '',
  };
}

/** Opens what {@link sealRow} sealed; null where the speaker was erased. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export function openRow(
  key: DataKey | undefined,
  { row, sealed }: { row: number; sealed: Buffer | null },
): ManifestEntry | null {
  if (sealed === null) return null;
  if (key === undefined) throw new VouchError('KEY_MISSING');
  return entrySchema.parse(JSON.parse(key.open(sealed, context(row)).toString()));
}

/** Seals what is sealed of manifests under a key under another one. Throws CIPHERTEXT_INVALID. */
export async function resealJobRows(
  tx: Transaction,
  keyRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  await resealJobRowsOf(tx, keyRef, ({ row, sealed }) =>
    to.seal(from.open(sealed, context(row)), context(row)),
  );
}

function context(row: number) {
  return { use: 'enrolment-job-row', row };
}
