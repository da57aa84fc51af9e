import type { Keyring } from '../crypto/index.js';
import type { ErasureEvidence } from '../domain/rights.js';
import { openSpeakerKey } from '../keys/index.js';
import { findEvidence, type Transaction } from '../storage/index.js';
import { openRecord } from './evidence-record.js';

/** Opens what is kept of the erasures of an id, oldest first. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function readEvidence(
  tx: Transaction,
  keyring: Keyring,
  idHash: Buffer,
): Promise<ErasureEvidence[]> {
  const found: ErasureEvidence[] = [];
  for (const { evidenceId, ciphertext } of await findEvidence(tx, idHash)) {
    const key = await openSpeakerKey(tx, keyring, evidenceId);
    const { receipt, consentEvents } = openRecord(key, { evidenceId, idHash }, ciphertext);
    found.push({ receipt, consentEvents });
  }
  return found;
}
