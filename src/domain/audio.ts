/** How the samples of a stream or a headerless recording are encoded. */
export type AudioEncoding = 'PCM_S16LE' | 'MULAW' | 'ALAW';

/** What arrives as bytes: everything needed to turn them into samples. */
export interface AudioFormat {
  readonly encoding: AudioEncoding;
  /** Samples per second and channel, 8000 to 48000. */
  readonly sampleRateHz: number;
  /** Interleaved channels, 1 or 2. */
  readonly channels: 1 | 2;
  /** Which channel is the caller, from 0. The other one is never decoded further. */
  readonly callerChannel: number;
}

/** Mono samples, in the range -1 to 1, with their rate. */
export interface Samples {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
}

/** Everything after decoding works at telephone bandwidth (docs/decisions/0003). */
export const TELEPHONE_RATE_HZ = 8000;

/**
 * The rate that speech is found, collected and embedded at: telephone bandwidth in samples twice as close, which is what
 * the models want (docs/decisions/0009).
 */
export const SPEECH_RATE_HZ = 16_000;
