import type { Keyring } from '../crypto/index.js';
import { keysOfOtherEpochs, replaceWrapped, type Transaction } from '../storage/index.js';
import { usableEpoch } from './data-keys.js';

/** What became of a batch of keys. */
export interface RewrappedBatch {
  /** Where the next batch begins: after this speaker. Null: there is none. */
  readonly last: string | null;
  readonly rewrapped: number;
  /** Speakers whose keys do not open: rows that were moved or changed outside the service. */
  readonly unreadable: readonly string[];
}

/**
 * Wraps the next keys that are under another epoch than the one in use under that one. What a crash takes back is found
 * again: the epoch in each row is all that is remembered.
 *
 * @param after - the speaker before the first; null: from the beginning
 */
export async function rewrapBatch(
  tx: Transaction,
  keyring: Keyring,
  after: string | null,
  limit: number,
): Promise<RewrappedBatch> {
  const epoch = await usableEpoch(tx, keyring);
  const keys = await keysOfOtherEpochs(tx, epoch, after, limit);
  const last = keys.at(-1)?.speakerRef ?? null;
  if (last === null) return { last, rewrapped: 0, unreadable: [] };
  const wrapped = await keyring.rewrap(tx.tenantId, epoch, keys);
  const changes = keys.flatMap((from, index) => {
    const to = wrapped[index] ?? null;
    return to === null ? [] : [{ from, to }];
  });
  const unreadable = keys.filter((_, index) => (wrapped[index] ?? null) === null);
  return {
    last,
    rewrapped: await replaceWrapped(tx, changes),
    unreadable: unreadable.map(({ speakerRef }) => speakerRef),
  };
}

/** Wraps all that is left under other epochs under the one in use, in one transaction: next to nothing, once an epoch is unused. */
export async function rewrapRest(tx: Transaction, keyring: Keyring): Promise<void> {
  for (let after: string | null = null; ;) {
    const { last }: RewrappedBatch = await rewrapBatch(tx, keyring, after, 100);
    if (last === null) return;
    after = last;
  }
}
