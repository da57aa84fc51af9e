import type { SpeechQuality, SpeechWindow } from '../../domain/speech.js';
import type { Precision } from '../../embedding/index.js';
import type { Piece } from '../layout.js';
import type { SpeechSession } from '../manifest.js';

/** A stretch of net speech that was embedded in one piece. */
export interface EmbeddedPiece extends Piece {
  readonly vectors: Readonly<Record<string, Float32Array>>;
  /** Weighted by their share in it, of the windows that it lies in. */
  readonly quality: SpeechQuality;
}

/** What one session gave under one condition. */
export interface EmbeddedSession {
  /** In order; all full but perhaps the last. */
  readonly windows: readonly SpeechWindow[];
  readonly fullWindows: number;
  readonly pieces: readonly EmbeddedPiece[];
  /** Level of the speech; null without any. */
  readonly levelDbfs: number | null;
  readonly netSpeechMs: number;
  readonly audioMs: number;
}

/** How sessions are embedded. */
export interface EmbeddingOptions {
  readonly modelsDir: string;
  readonly precision: Precision;
  /** Samples at 16 kHz in a window; 0: as the model has it, which is what the service does. */
  readonly windowSamples: number;
  /** Folder of the speech. */
  readonly dataDir: string;
  readonly noiseDir: string | undefined;
  readonly cacheDir: string;
}

/** A session with the conditions that are to be embedded, each with the key of its cache entry. */
export interface SessionJob {
  readonly kind: 'session';
  readonly session: SpeechSession;
  /** Whether the speaker has no other session: tests then come after the enrolment in the same one. */
  readonly onlySession: boolean;
  readonly conditions: readonly { readonly id: string; readonly key: string }[];
  /** Keys of entries that are there already, by condition. */
  readonly cached: Readonly<Record<string, string>>;
}

/** A stretch of a session. */
export interface SessionPart {
  readonly session: SpeechSession;
  readonly levelDbfs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A call in which one speaker is followed by another. */
export interface Splice {
  readonly condition: string;
  readonly before: SessionPart;
  readonly after: SessionPart;
}

/** Spliced calls that are to be embedded, each with the key of its cache entry. */
export interface SpliceJob {
  readonly kind: 'splices';
  readonly splices: readonly (Splice & { readonly key: string })[];
}

export type EmbeddingJob = SessionJob | SpliceJob;
