import { VouchError } from '../errors.js';
import type { Transaction } from './transaction.js';

/** An epoch key of the transaction's tenant. The key itself is in the keyring. */
export interface KeyEpochRow {
  readonly epoch: number;
  /** See Keyring.checkValue. */
  readonly checkValue: Buffer;
  readonly state: 'ACTIVE' | 'RETIRED' | 'DESTROYED';
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  /** From then on nothing is wrapped under it. */
  readonly unusedSince: Date | null;
  readonly destroyAfter: Date | null;
  readonly destroyedAt: Date | null;
  /** By when receipts have said that it is rotated; null: none did. */
  readonly rotateBy: Date | null;
  /** For how long after it went out of use they have said that its key stays, days; null: they did not. */
  readonly backupDays: number | null;
}

/** What a tenant wants of its keys. */
export interface KeySettings {
  /** How old an epoch key grows, ms. */
  readonly keyRotationMs: number;
  /** Data keys that were made before are to be replaced; null: none. By the database's clock. */
  readonly reencryptBefore: Date | null;
}

/** Notes that the keyring holds a key of this epoch, to be used from now on. */
export async function insertKeyEpoch(
  tx: Transaction,
  row: Pick<KeyEpochRow, 'epoch' | 'checkValue' | 'createdAt'>,
): Promise<void> {
  await tx.query('INSERT INTO key_epochs (epoch, check_value, created_at) VALUES ($1, $2, $3)', [
    row.epoch,
    row.checkValue,
    row.createdAt,
  ]);
}

/** All epochs there ever were, ascending. */
export async function listKeyEpochs(tx: Transaction): Promise<readonly KeyEpochRow[]> {
  return tx.query(
    `SELECT epoch, check_value AS "checkValue", state, created_at AS "createdAt", retired_at AS "retiredAt",
       unused_since AS "unusedSince", destroy_after AS "destroyAfter", destroyed_at AS "destroyedAt",
       rotate_by AS "rotateBy", backup_days AS "backupDays"
     FROM key_epochs ORDER BY epoch`,
  );
}

/**
 * The epoch that data keys are wrapped under. It stays so until the transaction ends: a rotation waits, so that nothing
 * is written under an epoch that is already counted as out of use.
 */
export async function activeKeyEpoch(
  tx: Transaction,
): Promise<Pick<KeyEpochRow, 'epoch' | 'checkValue' | 'createdAt'>> {
  // Whoever waited for a rotation here sees the old epoch go and not yet the new one come: the next statement does.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const [row] = await tx.query<Pick<KeyEpochRow, 'epoch' | 'checkValue' | 'createdAt'>>(
      `SELECT epoch, check_value AS "checkValue", created_at AS "createdAt"
       FROM key_epochs WHERE state = 'ACTIVE' FOR SHARE`,
    );
    if (row !== undefined) return row;
  }
  throw new VouchError('KEY_MISSING', { message: 'The tenant has no epoch key in use.' });
}

/** Takes the epoch out of use for new data keys. */
export async function retireKeyEpoch(tx: Transaction, at: Date): Promise<void> {
  await tx.query(`UPDATE key_epochs SET state = 'RETIRED', retired_at = $1 WHERE state = 'ACTIVE'`, [at]);
}

/** Holds an epoch to what a receipt says of it, whatever the settings will be. */
export async function bindKeyEpoch(
  tx: Transaction,
  epoch: number,
  { rotateBy, backupDays }: { readonly rotateBy: Date; readonly backupDays: number },
): Promise<void> {
  await tx.query('UPDATE key_epochs SET rotate_by = $2, backup_days = $3 WHERE epoch = $1', [
    epoch,
    rotateBy,
    backupDays,
  ]);
}

/**
 * Notes of retired epochs under which nothing is wrapped any more since when, and until when backups may hold something.
 *
 * @param backupDays for how long backups of the database are kept, unless receipts have said a shorter time
 * @param unreadable keys that do not open, which are not waited for
 * @returns the epochs, ascending
 */
export async function settleUnusedEpochs(
  tx: Transaction,
  at: Date,
  backupDays: number,
  unreadable: readonly string[],
): Promise<number[]> {
  const rows = await tx.query<{ epoch: number }>(
    `UPDATE key_epochs e SET unused_since = $1,
       destroy_after = $1::timestamptz + least(backup_days, $2) * interval '24 hours'
     WHERE state = 'RETIRED' AND unused_since IS NULL
       AND NOT EXISTS (SELECT FROM speaker_keys k WHERE k.epoch = e.epoch AND k.speaker_ref <> ALL ($3))
     RETURNING epoch`,
    [at, backupDays, unreadable],
  );
  return rows.map(({ epoch }) => epoch).sort((a, b) => a - b);
}

/** Notes that the keyring has no key of this epoch any more. */
export async function markEpochDestroyed(tx: Transaction, epoch: number, at: Date): Promise<void> {
  await tx.query(`UPDATE key_epochs SET state = 'DESTROYED', destroyed_at = $2 WHERE epoch = $1`, [
    epoch,
    at,
  ]);
}

export async function findKeySettings(tx: Transaction): Promise<KeySettings> {
  const [row] = await tx.query<KeySettings>(
    `SELECT key_rotation_ms AS "keyRotationMs", reencrypt_before AS "reencryptBefore" FROM tenants`,
  );
  if (row === undefined) throw new VouchError('TENANT_NOT_FOUND');
  return row;
}

export async function putKeySettings(
  tx: Transaction,
  { keyRotationMs }: Omit<KeySettings, 'reencryptBefore'>,
): Promise<void> {
  await tx.query('UPDATE tenants SET key_rotation_ms = $1', [keyRotationMs]);
}

/** Asks for new data keys in the place of all that there are now. */
export async function requestReencryption(tx: Transaction): Promise<void> {
  await tx.query('UPDATE tenants SET reencrypt_before = clock_timestamp()');
}
