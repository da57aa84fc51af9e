import { lockCall } from './calls.js';
import type { Transaction } from './transaction.js';

/** What a call has heard, sealed under the key of a speaker whom it claims. */
export interface CallCheckpoint {
  readonly speakerRef: string;
  readonly sealed: Uint8Array;
}

/**
 * Keeps what a call has heard, in the place of what was kept before. One that has ended keeps nothing.
 *
 * @param epoch under which the owner got the call
 * @param checkpoint null: nothing is kept any more
 * @throws VouchError CALL_NOT_FOUND, CALL_TAKEN_OVER
 */
export async function putCheckpoint(
  tx: Transaction,
  callId: string,
  epoch: number,
  checkpoint: CallCheckpoint | null,
): Promise<void> {
  const { state } = await lockCall(tx, callId, epoch);
  if (checkpoint === null || state === 'ENDED') return deleteCheckpoint(tx, callId);
  await tx.query(
    `INSERT INTO call_checkpoints (call_id, speaker_ref, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, call_id) DO UPDATE SET speaker_ref = excluded.speaker_ref, sealed = excluded.sealed`,
    [callId, checkpoint.speakerRef, checkpoint.sealed],
  );
}

/** What is kept of a call; null for nothing. */
export async function findCheckpoint(tx: Transaction, callId: string): Promise<CallCheckpoint | null> {
  const rows = await tx.query<CallCheckpoint>(
    'SELECT speaker_ref AS "speakerRef", sealed FROM call_checkpoints WHERE call_id = $1',
    [callId],
  );
  return rows[0] ?? null;
}

export async function deleteCheckpoint(tx: Transaction, callId: string): Promise<void> {
  await tx.query('DELETE FROM call_checkpoints WHERE call_id = $1', [callId]);
}

/** Deletes what is kept under a speaker's key: their running calls keep it anew with the next speech. */
export async function deleteCheckpointsOf(tx: Transaction, speakerRef: string): Promise<void> {
  await tx.query('DELETE FROM call_checkpoints WHERE speaker_ref = $1', [speakerRef]);
}
