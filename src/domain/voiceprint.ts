import type { IdentityProofing, VoiceprintSource, VoiceprintStatus } from './people.js';
import type { SpeechQuality } from './speech.js';

/** The model that a stored vector came from. */
export interface VectorModel {
  /** The embedding space, for example `campplus`. */
  readonly space: string;
  readonly modelId: string;
  readonly modelSha256: string;
}

/** What is told of a voiceprint: everything but the biometrics. */
export interface Voiceprint {
  readonly voiceprintId: string;
  readonly speakerId: string;
  readonly label: string;
  /** From 1, under its label. */
  readonly version: number;
  readonly status: VoiceprintStatus;
  readonly source: VoiceprintSource;
  readonly callId: string;
  readonly consentEventId: string;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  readonly codec: string;
  readonly models: readonly VectorModel[];
  readonly proofing: IdentityProofing;
  readonly createdAt: Date;
  readonly usableFrom: Date | null;
  /** Lowest cosine of a stretch of its speech with the rest of it, -1 to 1. */
  readonly consistency: number;
  /** The version that it was made from together with a call's speech; null for one of its own. */
  readonly adaptedFrom: string | null;
}

/** A voiceprint opened for comparison, in memory only for as long as a call needs it. */
export interface OpenVoiceprint {
  readonly voiceprintId: string;
  readonly label: string;
  readonly version: number;
  /** One L2-normalised vector an embedding space. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}
