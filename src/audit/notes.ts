import type { DataKey, Keyring } from '../crypto/index.js';
import { findSpeakerKey, listNotesOf, replaceNote, type Transaction } from '../storage/index.js';

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

/** Seals a speaker's notes under another key of theirs. Throws CIPHERTEXT_INVALID. */
export async function resealNotes(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  for (const { overrideId, sealed } of await listNotesOf(tx, speakerRef)) {
    const note = from.open(sealed, noteContext(overrideId));
    await replaceNote(tx, overrideId, to.seal(note, noteContext(overrideId)));
  }
}

function noteContext(overrideId: string) {
  return { use: 'override-note', override: overrideId };
}
