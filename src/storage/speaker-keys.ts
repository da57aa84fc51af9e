import type { Transaction } from './transaction.js';

/** A speaker's data key as stored. */
export interface SpeakerKeyRow {
  readonly epoch: number;
  readonly ciphertext: Buffer;
}

/** A stored data key and whose it is. */
export interface StoredKey extends SpeakerKeyRow {
  readonly speakerRef: string;
}

/** Where going through all keys begins. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export async function insertSpeakerKey(
  tx: Transaction,
  speakerRef: string,
  key: SpeakerKeyRow,
): Promise<void> {
  await tx.query('INSERT INTO speaker_keys (speaker_ref, epoch, wrapped_key) VALUES ($1, $2, $3)', [
    speakerRef,
    key.epoch,
    key.ciphertext,
  ]);
}

/**
 * A speaker's data key. It stays the key of what the transaction reads and writes: another one takes its place, or it is
 * destroyed, only afterwards. (Wrapping it under another epoch does not wait.)
 */
export async function findSpeakerKey(tx: Transaction, speakerRef: string): Promise<SpeakerKeyRow | null> {
  const [row] = await tx.query<SpeakerKeyRow>(
    'SELECT epoch, wrapped_key AS ciphertext FROM speaker_keys WHERE speaker_ref = $1 FOR KEY SHARE',
    [speakerRef],
  );
  return row ?? null;
}

/** Keeps others from using data keys until the transaction ends; those that are there. */
export async function lockSpeakerKeys(tx: Transaction, speakerRefs: readonly string[]): Promise<void> {
  // In the same order as everybody who locks several.
  await tx.query('SELECT FROM speaker_keys WHERE speaker_ref = ANY ($1) ORDER BY speaker_ref FOR UPDATE', [
    speakerRefs,
  ]);
}

/** A speaker's data key, which nobody else uses until the transaction ends. */
export async function lockSpeakerKey(tx: Transaction, speakerRef: string): Promise<SpeakerKeyRow | null> {
  const [row] = await tx.query<SpeakerKeyRow>(
    'SELECT epoch, wrapped_key AS ciphertext FROM speaker_keys WHERE speaker_ref = $1 FOR UPDATE',
    [speakerRef],
  );
  return row ?? null;
}

/** The newest epoch that one of these data keys is wrapped under; null where there is none of them. */
export async function newestEpochOf(tx: Transaction, speakerRefs: readonly string[]): Promise<number | null> {
  const [row] = await tx.query<{ epoch: number | null }>(
    'SELECT max(epoch) AS epoch FROM speaker_keys WHERE speaker_ref = ANY ($1)',
    [speakerRefs],
  );
  return row?.epoch ?? null;
}

/** Puts a new data key in the place of a speaker's. */
export async function replaceSpeakerKey(
  tx: Transaction,
  speakerRef: string,
  key: SpeakerKeyRow,
): Promise<void> {
  await tx.query(
    'UPDATE speaker_keys SET epoch = $2, wrapped_key = $3, made_at = now() WHERE speaker_ref = $1',
    [speakerRef, key.epoch, key.ciphertext],
  );
}

/**
 * Lets one process at a time work through the keys of the transaction's tenant, until the transaction ends.
 *
 * @returns false: another process is at it
 */
export async function lockKeyWork(tx: Transaction): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('key work ' || current_tenant(), 0)) AS locked`,
  );
  return row?.locked === true;
}

// What is wrapped under an epoch whose key was destroyed opens for nobody.
const OF_LIVE_EPOCH = "epoch IN (SELECT epoch FROM key_epochs WHERE state <> 'DESTROYED')";

/**
 * Keys that are wrapped under another epoch, whose key is still there, by speaker: the next ones after a speaker. Nobody else changes them until the
 * transaction ends.
 */
export async function keysOfOtherEpochs(
  tx: Transaction,
  epoch: number,
  after: string | null,
  limit: number,
): Promise<readonly StoredKey[]> {
  return tx.query(
    `SELECT speaker_ref AS "speakerRef", epoch, wrapped_key AS ciphertext FROM speaker_keys
     WHERE epoch <> $1 AND ${OF_LIVE_EPOCH} AND speaker_ref > $2 ORDER BY speaker_ref LIMIT $3 FOR NO KEY UPDATE`,
    [epoch, after ?? BEFORE_ALL, limit],
  );
}

/**
 * Puts wrapped keys in the place of what they were made from. Where that is not what stands there any more, because the
 * speaker was erased or got a new key meanwhile, nothing is done.
 *
 * @returns how many were replaced
 */
export async function replaceWrapped(
  tx: Transaction,
  changes: readonly { readonly from: StoredKey; readonly to: SpeakerKeyRow }[],
): Promise<number> {
  const hex = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;
  const rows = await tx.query(
    `UPDATE speaker_keys k SET epoch = c.epoch, wrapped_key = c.wrapped
     FROM unnest($1::uuid[], $2::bytea[], $3::int[], $4::bytea[]) AS c (speaker_ref, was, epoch, wrapped)
     WHERE k.speaker_ref = c.speaker_ref AND k.wrapped_key = c.was RETURNING 1`,
    [
      changes.map(({ from }) => from.speakerRef),
      changes.map(({ from }) => hex(from.ciphertext)),
      changes.map(({ to }) => to.epoch),
      changes.map(({ to }) => hex(to.ciphertext)),
    ],
  );
  return rows.length;
}

/** How many data keys are wrapped under each epoch that has any. */
export async function countKeysOfEpochs(tx: Transaction): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ epoch: number; keys: number }>(
    'SELECT epoch, count(*) AS keys FROM speaker_keys GROUP BY epoch',
  );
  return new Map(rows.map(({ epoch, keys }) => [epoch, keys]));
}

const TO_REPLACE = `made_at < (SELECT reencrypt_before FROM tenants) AND ${OF_LIVE_EPOCH}`;

/** Speakers whose data keys are to be replaced by new ones, the next ones after a speaker. */
export async function keysToReplace(tx: Transaction, after: string | null, limit: number): Promise<string[]> {
  const rows = await tx.query<{ speakerRef: string }>(
    `SELECT speaker_ref AS "speakerRef" FROM speaker_keys
     WHERE ${TO_REPLACE} AND speaker_ref > $1 ORDER BY speaker_ref LIMIT $2`,
    [after ?? BEFORE_ALL, limit],
  );
  return rows.map(({ speakerRef }) => speakerRef);
}

/** How many data keys are to be replaced by new ones. */
export async function countKeysToReplace(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ keys: number }>(
    `SELECT count(*) AS keys FROM speaker_keys WHERE ${TO_REPLACE}`,
  );
  return row?.keys ?? 0;
}
