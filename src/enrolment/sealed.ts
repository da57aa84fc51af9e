import { decodeVector, encodeVector, type DataKey } from '../crypto/index.js';
import {
  listVectors,
  listVoiceprints,
  replaceLineage,
  replaceVector,
  type Transaction,
  type VectorRow,
} from '../storage/index.js';
import type { PooledVector } from './inputs.js';
import { lineageContext } from './lineage.js';

/** Seals a vector, bound to its voiceprint, purpose and model. */
export function sealVector(key: DataKey, voiceprintId: string, { space, vector }: PooledVector): VectorRow {
  const row = {
    voiceprintId,
    space: space.id,
    modelId: space.modelId,
    modelSha256: space.modelSha256,
    dimension: space.dimension,
  };
  const bytes = encodeVector(vector);
  try {
    return { ...row, ciphertext: key.seal(bytes, vectorContext(row)) };
  } finally {
    bytes.fill(0);
  }
}

/** Opens a vector. Throws CIPHERTEXT_INVALID where any part of its row is another than it was sealed with. */
export function openVector(key: DataKey, row: VectorRow): Float32Array {
  const bytes = key.open(row.ciphertext, vectorContext(row));
  try {
    return decodeVector(bytes, row.dimension);
  } finally {
    bytes.fill(0);
  }
}

/** Seals a speaker's voiceprints under another key of theirs. Throws CIPHERTEXT_INVALID. */
export async function resealVoiceprints(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  for (const { voiceprintId, lineage } of await listVoiceprints(tx, speakerRef)) {
    await replaceLineage(tx, voiceprintId, resealed(from, to, lineage, lineageContext(voiceprintId)));
  }
  for (const row of await listVectors(tx, speakerRef)) {
    const ciphertext = resealed(from, to, row.ciphertext, vectorContext(row));
    await replaceVector(tx, { ...row, ciphertext });
  }
}

/** What was sealed under one key, sealed under another; the same context belongs to both. Throws CIPHERTEXT_INVALID. */
export function resealed(
  from: DataKey,
  to: DataKey,
  sealed: Uint8Array,
  context: Readonly<Record<string, string | number>>,
): Buffer {
  const bytes = from.open(sealed, context);
  try {
    return to.seal(bytes, context);
  } finally {
    bytes.fill(0);
  }
}

function vectorContext(row: Omit<VectorRow, 'ciphertext'>) {
  return {
    use: 'vector',
    purpose: 'VERIFY',
    voiceprint: row.voiceprintId,
    space: row.space,
    model: row.modelId,
    modelSha256: row.modelSha256,
    dimension: row.dimension,
  };
}
