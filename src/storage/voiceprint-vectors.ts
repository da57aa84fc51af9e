import type { Transaction } from './transaction.js';

/** A vector of a voiceprint, sealed under the speaker's key. */
export interface VectorRow {
  readonly voiceprintId: string;
  readonly space: string;
  readonly modelId: string;
  readonly modelSha256: string;
  readonly dimension: number;
  readonly ciphertext: Buffer;
}

export async function insertVector(tx: Transaction, row: VectorRow): Promise<void> {
  await tx.query(
    `INSERT INTO voiceprint_vectors (voiceprint_id, space, model_id, model_sha256, dimension, ciphertext)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.voiceprintId, row.space, row.modelId, row.modelSha256, row.dimension, row.ciphertext],
  );
}

/** Puts something else that was sealed in the place of a vector. */
export async function replaceVector(tx: Transaction, row: VectorRow): Promise<void> {
  await tx.query('UPDATE voiceprint_vectors SET ciphertext = $3 WHERE voiceprint_id = $1 AND space = $2', [
    row.voiceprintId,
    row.space,
    row.ciphertext,
  ]);
}

/** The vectors of all versions of a speaker's voiceprints. */
export async function listVectors(tx: Transaction, speakerRef: string): Promise<readonly VectorRow[]> {
  return tx.query(
    `SELECT voiceprint_id AS "voiceprintId", space, model_id AS "modelId", model_sha256 AS "modelSha256", dimension,
       ciphertext
     FROM voiceprint_vectors JOIN voiceprints USING (tenant_id, voiceprint_id)
     WHERE speaker_ref = $1 ORDER BY space`,
    [speakerRef],
  );
}
