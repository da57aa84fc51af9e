import type { Keyring } from '../../crypto/index.js';
import type { EnrolmentJobRow } from '../../domain/enrolment-job.js';
import { openSpeakerKey } from '../../keys/index.js';
import { listSubjectJobRows, type Transaction } from '../../storage/index.js';
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
  const rows: ExportedManifestRow[] = [];
  for (const { sealed, voiceprintId, ...row } of await listSubjectJobRows(tx, idHash, MOST)) {
    const key = await openSpeakerKey(tx, keyring, row.jobId);
    const entry = openRow(key, { row: row.row, sealed });
    rows.push({ ...row, entry, voiceprintId: voiceprintId ?? '' });
  }
  return rows;
}
