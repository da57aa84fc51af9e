import type { Keyring } from '../../crypto/index.js';
import type { EnrolmentJobRow } from '../../domain/enrolment-job.js';
import { openSpeakerKeys } from '../../keys/index.js';
import { listSubjectJobRows, manifestKeysOf, type Transaction } from '../../storage/index.js';
import { openRow } from './sealed-rows.js';

/** A row of a manifest, for whom it names. */
export interface ExportedManifestRow extends EnrolmentJobRow {
  readonly jobId: string;
}

/** More rows than that nobody has: a job makes one voiceprint of each label. */
const MOST = 10_000;

/** The rows of batch manifests that name somebody, by the keyed hash of their id. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function exportManifestRows(
  tx: Transaction,
  keyring: Keyring,
  idHash: Buffer,
): Promise<ExportedManifestRow[]> {
  // The keys before the rows: they stay theirs from then on.
  const keys = await openSpeakerKeys(tx, keyring, await manifestKeysOf(tx, idHash));
  return (await listSubjectJobRows(tx, idHash, MOST)).map(({ keyRef, sealed, voiceprintId, ...row }) => ({
    ...row,
    entry: openRow(keys.get(keyRef), { row: row.row, sealed }),
    voiceprintId: voiceprintId ?? '',
  }));
}
