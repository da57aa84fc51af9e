import { randomUUID } from 'node:crypto';
import { decodeVector, type DataKey } from '../crypto/index.js';
import type { VoiceprintStatus } from '../domain/people.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import { insertVector, insertVoiceprint, type Actor, type Transaction } from '../storage/index.js';
import type { ExportedVoiceprint } from './exported.js';
import { sealLineage } from './lineage.js';
import { sealVector } from './sealed.js';

/** A voiceprint of another installation: one in use there, or one that waits. */
export interface ImportableVoiceprint extends Omit<
  ExportedVoiceprint,
  'voiceprintId' | 'speakerId' | 'models' | 'vectors'
> {
  readonly status: Extract<VoiceprintStatus, 'ACTIVE' | 'PENDING'>;
  readonly vectors: readonly ImportableVector[];
}

/** A vector, and the model that it came from. */
export interface ImportableVector {
  readonly space: EmbeddingSpace;
  readonly float32Base64: string;
}

/** Into which transaction a voiceprint is imported, for whom. */
export interface VoiceprintImport {
  readonly tx: Transaction;
  readonly actor: Actor;
  readonly speakerRef: string;
  /** The speaker's key here. */
  readonly key: DataKey;
}

/**
 * Stores a voiceprint of another installation, sealed anew, as it was there: its age, its proofing, whether it waits. The
 * consent event that it rests on must be one of this installation.
 *
 * @throws CIPHERTEXT_INVALID for a vector that is none of its space, or not of length 1
 */
export async function importVoiceprint(
  { tx, actor, speakerRef, key }: VoiceprintImport,
  { proofing, callId, vectors, ...voiceprint }: ImportableVoiceprint,
): Promise<void> {
  const voiceprintId = randomUUID();
  await insertVoiceprint(tx, {
    ...voiceprint,
    voiceprintId,
    speakerRef,
    lineage: sealLineage(key, voiceprintId, { callId, proofing }),
    actorRef: actor.ref,
    role: actor.role,
    onBehalfOfRef: null,
  });
  for (const { space, float32Base64 } of vectors) {
    const bytes = Buffer.from(float32Base64, 'base64');
    const vector = unit(decodeVector(bytes, space.dimension));
    bytes.fill(0);
    await insertVector(tx, sealVector(key, voiceprintId, { space, vector }));
  }
}

/** Scores rest on vectors of length 1; rounding to 32 bits moves it by far less than this allows. */
function unit(vector: Float32Array): Float32Array {
  if (!(Math.abs(Math.hypot(...vector) - 1) < 1e-3)) throw new VouchError('CIPHERTEXT_INVALID');
  return vector;
}
