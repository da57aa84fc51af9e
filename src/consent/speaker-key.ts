import type { DataKey, Keyring } from '../crypto/index.js';
import { VouchError } from '../errors.js';
import { findSpeakerKey, insertSpeakerKey, type Transaction } from '../storage/index.js';

/** Makes and stores the data key of a new speaker. */
export async function createSpeakerKey(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<DataKey> {
  const { key, wrapped } = await keyring.createDataKey(tx.tenantId, speakerRef);
  await insertSpeakerKey(tx, speakerRef, wrapped);
  return key;
}

/**
 * Opens the data key of a speaker.
 *
 * @throws KEY_MISSING where it was destroyed, or its epoch's key is gone; CIPHERTEXT_INVALID where it is another's
 */
export async function openSpeakerKey(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<DataKey> {
  const wrapped = await findSpeakerKey(tx, speakerRef);
  if (wrapped === null)
    throw new VouchError('KEY_MISSING', { message: 'There is no data key of this speaker.' });
  return keyring.openDataKey(tx.tenantId, speakerRef, wrapped);
}
