import type { DataKey, Keyring } from '../crypto/index.js';
import { findSpeakerKey, type Transaction } from '../storage/index.js';

/** Seals what somebody wrote of an override, under the key of a speaker. */
export function sealNote(key: DataKey, overrideId: string, note: string): Buffer {
  return key.seal(Buffer.from(note), noteContext(overrideId));
}

/**
 * Opens what {@link sealNote} made; empty where the speaker's key was destroyed.
 *
 * @throws KEY_MISSING, CIPHERTEXT_INVALID
 */
export async function openNote(
  tx: Transaction,
  keyring: Keyring,
  overrideId: string,
  { sealed, speakerRef }: { readonly sealed: Uint8Array; readonly speakerRef: string },
): Promise<string> {
  const wrapped = await findSpeakerKey(tx, speakerRef);
  if (wrapped === null) return '';
  const key = await keyring.openDataKey(tx.tenantId, speakerRef, wrapped);
  return key.open(sealed, noteContext(overrideId)).toString();
}

function noteContext(overrideId: string) {
  return { use: 'override-note', override: overrideId };
}
