import type { JsonValue } from '../crypto/index.js';
import type { IdentityProofing, VoiceprintSource } from '../domain/people.js';
import type { EmbeddingSpace, SpeechQuality } from '../domain/speech.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { SpeechOrigin } from './lineage.js';

/** A pooled vector, and the model that it came from. */
export interface PooledVector {
  readonly space: EmbeddingSpace;
  /** L2-normalised, as many numbers as the space has dimensions. */
  readonly vector: Float32Array;
}

/** What a voiceprint is asked to be made from, as far as the request says. */
export interface EnrolmentRequest {
  readonly speakerId: string;
  /** 1 to 64 bytes. */
  readonly label: string;
  readonly source: VoiceprintSource;
  /** Empty for a recording. */
  readonly callId: string;
  /** All that tells one recording from another: format, channel, time, SHA-256. Null for a call. */
  readonly recording: JsonValue;
  /**
   * Whether consent counts from when the person gave it, not from when that was entered: for recordings from before the
   * move to this service. Default false.
   */
  readonly recordedBeforeEntry?: boolean;
  /** Null is refused: it must be known how the person was proved to be who they say. */
  readonly proofing: IdentityProofing | null;
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/** The speech that a voiceprint is made from: what the scoring stage pooled. */
export interface EnrolmentSpeech {
  readonly vectors: readonly PooledVector[];
  /** When the earliest speech in it was spoken. */
  readonly spokenFrom: Date;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  /** The codec of the source, for example `mulaw`. */
  readonly codec: string;
  /** Of the earlier calls whose speech is in it, where there are such. */
  readonly earlier?: readonly SpeechOrigin[];
  /** What its sound is known by when it is played again; undefined where that was not taken. */
  readonly fingerprint?: Buffer;
  /** Lowest cosine of a stretch of it with the rest, -1 to 1. */
  readonly consistency: number;
  /** Which of these voiceprints this speech would be accepted for, the best; undefined for none. Whoever scores says so. */
  readonly findAlike: (voiceprints: readonly OpenVoiceprint[]) => OpenVoiceprint | undefined;
}
