import type { DataKey } from '../crypto/index.js';
import type { OpenVoiceprint, Voiceprint } from '../domain/voiceprint.js';
import type { VectorRow, VoiceprintRow } from '../storage/index.js';
import { openLineage } from './lineage.js';
import { openVector } from './sealed.js';

/** What is told of a voiceprint, from its row and those of the speaker's vectors. Throws CIPHERTEXT_INVALID. */
export function tellVoiceprint(
  key: DataKey,
  speakerId: string,
  row: VoiceprintRow,
  vectors: readonly VectorRow[],
): Voiceprint {
  const { callId, proofing } = openLineage(key, row.voiceprintId, row.lineage);
  return {
    voiceprintId: row.voiceprintId,
    speakerId,
    label: row.label,
    version: row.version,
    status: row.status,
    source: row.source,
    callId,
    consentEventId: row.consentEventId,
    netSpeechMs: row.netSpeechMs,
    quality: row.quality,
    codec: row.codec,
    models: ownVectors(row, vectors).map(({ space, modelId, modelSha256 }) => ({
      space,
      modelId,
      modelSha256,
    })),
    proofing,
    createdAt: row.createdAt,
    usableFrom: row.usableFrom,
    consistency: row.consistency,
    adaptedFrom: row.adaptedFrom,
  };
}

/** A voiceprint opened for comparison, with those of the vectors that are its own. Throws CIPHERTEXT_INVALID. */
export function openVoiceprint(
  key: DataKey,
  row: VoiceprintRow,
  vectors: readonly VectorRow[],
): OpenVoiceprint {
  const { voiceprintId, label, version } = row;
  const opened = ownVectors(row, vectors).map((vector) => [vector.space, openVector(key, vector)] as const);
  return { voiceprintId, label, version, vectors: Object.fromEntries(opened) };
}

function ownVectors(row: VoiceprintRow, vectors: readonly VectorRow[]): readonly VectorRow[] {
  return vectors.filter((vector) => vector.voiceprintId === row.voiceprintId);
}
