import { timingSafeEqual } from 'node:crypto';
import type { DataKey, Keyring } from '../crypto/index.js';
import { VouchError } from '../errors.js';
import {
  activeKeyEpoch,
  findSpeakerKey,
  insertSpeakerKey,
  lockSpeakerKey,
  replaceSpeakerKey,
  type Transaction,
} from '../storage/index.js';

/** Makes and stores the data key of a new speaker. */
export async function createSpeakerKey(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<DataKey> {
  const epoch = await usableEpoch(tx, keyring);
  const { key, wrapped } = await keyring.createDataKey(tx.tenantId, speakerRef, epoch);
  await insertSpeakerKey(tx, speakerRef, wrapped);
  return key;
}

/**
 * Opens the data key of a speaker. Until the transaction ends it stays the key of everything that is sealed for them.
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

/** Opens several data keys, by whose they are. Throws as {@link openSpeakerKey}. */
export async function openSpeakerKeys(
  tx: Transaction,
  keyring: Keyring,
  speakerRefs: readonly string[],
): Promise<ReadonlyMap<string, DataKey>> {
  const keys = new Map<string, DataKey>();
  for (const speakerRef of speakerRefs) keys.set(speakerRef, await openSpeakerKey(tx, keyring, speakerRef));
  return keys;
}

/** Whether an error says that something sealed does not open, now or ever: its key is lost, or it was changed. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof VouchError && (error.reason === 'KEY_MISSING' || error.reason === 'CIPHERTEXT_INVALID')
  );
}

/** Seals under another key of the same speaker what one folder has sealed, in the transaction that exchanges the keys. */
export type Reseal = (tx: Transaction, speakerRef: string, from: DataKey, to: DataKey) => Promise<void>;

/**
 * Puts a new data key in the place of a speaker's, and everything that was sealed under the old one under the new one.
 * Nobody reads it in between.
 *
 * @returns false where the speaker has no key any more
 * @throws KEY_MISSING, CIPHERTEXT_INVALID
 */
export async function reencryptSpeaker(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
  reseals: readonly Reseal[],
): Promise<boolean> {
  const epoch = await usableEpoch(tx, keyring);
  const old = await lockSpeakerKey(tx, speakerRef);
  if (old === null) return false;
  const from = await keyring.openDataKey(tx.tenantId, speakerRef, old);
  const { key: to, wrapped } = await keyring.createDataKey(tx.tenantId, speakerRef, epoch);
  for (const reseal of reseals) await reseal(tx, speakerRef, from, to);
  await replaceSpeakerKey(tx, speakerRef, wrapped);
  return true;
}

/**
 * The epoch in use, which it stays until the transaction ends. Its key is looked at each time: a process with another
 * keyring than the one that made the epoch would encrypt what nobody else can read.
 *
 * @throws KEY_MISSING, KEY_WRONG
 */
export async function usableEpoch(tx: Transaction, keyring: Keyring): Promise<number> {
  const { epoch, checkValue } = await activeKeyEpoch(tx);
  if (!timingSafeEqual(await keyring.checkValue(tx.tenantId, epoch), checkValue)) {
    throw new VouchError('KEY_WRONG', { metadata: { tenant: tx.tenantId, epoch: String(epoch) } });
  }
  return epoch;
}
