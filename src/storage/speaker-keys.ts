import type { Transaction } from './transaction.js';

export interface KeyEpochRow {
  readonly epoch: number;
  readonly checkValue: Buffer;
}

/** Notes that the keyring holds a key of this epoch. */
export async function insertKeyEpoch(tx: Transaction, row: KeyEpochRow & { createdAt: Date }): Promise<void> {
  await tx.query('INSERT INTO key_epochs (epoch, check_value, created_at) VALUES ($1, $2, $3)', [
    row.epoch,
    row.checkValue,
    row.createdAt,
  ]);
}

/** The epochs that the keyring must hold keys of. */
export async function listKeyEpochs(tx: Transaction): Promise<readonly KeyEpochRow[]> {
  return tx.query('SELECT epoch, check_value AS "checkValue" FROM key_epochs ORDER BY epoch');
}

/** A speaker's data key as stored. */
export interface SpeakerKeyRow {
  readonly epoch: number;
  readonly ciphertext: Buffer;
}

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

export async function findSpeakerKey(tx: Transaction, speakerRef: string): Promise<SpeakerKeyRow | null> {
  const [row] = await tx.query<SpeakerKeyRow>(
    'SELECT epoch, wrapped_key AS ciphertext FROM speaker_keys WHERE speaker_ref = $1',
    [speakerRef],
  );
  return row ?? null;
}
