import type { Samples } from '../../domain/audio.js';

/** How much a recording may cost. */
export interface RecordingLimits {
  /** Size of the file. */
  readonly maxBytes: number;
  /** Length of the audio. */
  readonly maxDurationMs: number;
  /** How long the decoding of a compressed format may take by the clock. */
  readonly timeoutMs: number;
}

export const DEFAULT_RECORDING_LIMITS: RecordingLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxDurationMs: 30 * 60_000,
  timeoutMs: 30_000,
};

/** What the content of a file shows it to be; `RAW` is headerless, in a format that the sender states. */
export type Container = 'WAV' | 'OGG' | 'MP3' | 'MP4' | 'FLAC' | 'RAW';

/** The caller's channel of a recording at telephone bandwidth, and what the file was. */
export interface Recording extends Samples {
  readonly container: Container;
  /** In lower case: `pcm_s16le`, `alaw`, `opus`, ... */
  readonly codec: string;
  /** Channels in the file, 1 or 2. */
  readonly channels: number;
  /** Samples per second in the file. */
  readonly sourceRateHz: number;
}
