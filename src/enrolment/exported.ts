import { encodeVector, type Keyring } from '../crypto/index.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import { openSpeakerKey } from '../keys/index.js';
import { listVectors, listVoiceprints, type SpeakerRow, type Transaction } from '../storage/index.js';
import { tellVoiceprint } from './rows.js';
import { openVector } from './sealed.js';
import { settle } from './status.js';

/** A voiceprint with its vectors, for whom it was made of. */
export interface ExportedVoiceprint extends Voiceprint {
  readonly vectors: readonly ExportedVector[];
}

/** A vector for whom it was made of. */
export interface ExportedVector {
  readonly space: string;
  readonly dimension: number;
  /** The numbers as 32-bit IEEE 754, little-endian, base64. */
  readonly float32Base64: string;
}

/** A vector as it is exported. */
export function exportedVector(space: string, vector: Float32Array): ExportedVector {
  return { space, dimension: vector.length, float32Base64: encodeVector(vector).toString('base64') };
}

/** All versions of a speaker's voiceprints, opened whatever they consented to: it is their data. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function exportVoiceprints(
  tx: Transaction,
  keyring: Keyring,
  { speakerRef, speakerId }: Pick<SpeakerRow, 'speakerRef' | 'speakerId'>,
  now: Date,
): Promise<ExportedVoiceprint[]> {
  const rows = await listVoiceprints(tx, speakerRef);
  if (rows.length === 0) return [];
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  const vectors = await listVectors(tx, speakerRef);
  const statuses = settle(rows, now);
  return rows.map((row) => ({
    ...tellVoiceprint(
      key,
      speakerId,
      { ...row, status: statuses.get(row.voiceprintId) ?? row.status },
      vectors,
    ),
    vectors: vectors
      .filter((vector) => vector.voiceprintId === row.voiceprintId)
      .map((vector) => exportedVector(vector.space, openVector(key, vector))),
  }));
}
