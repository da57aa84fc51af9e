import type { AudioEncoding, AudioFormat } from '../domain/audio.js';
import type { ErrorReason } from '../errors.js';

/** The lowest sample rate that is taken, in Hz: telephone bandwidth. */
export const MIN_SAMPLE_RATE_HZ = 8000;
/** The highest sample rate that is taken, in Hz. */
export const MAX_SAMPLE_RATE_HZ = 48_000;
/** The largest number of interleaved channels that is taken. */
export const MAX_CHANNELS = 2;

/** Bytes of one sample of one channel. */
export const BYTES_PER_SAMPLE: Readonly<Record<AudioEncoding, number>> = { PCM_S16LE: 2, MULAW: 1, ALAW: 1 };

/** What is wrong with a format: a stable reason and the name of the field of AudioFormat that it concerns. */
export interface FormatProblem {
  readonly reason: ErrorReason;
  readonly field: keyof AudioFormat;
}

/** True for a whole number of Hz from MIN_SAMPLE_RATE_HZ to MAX_SAMPLE_RATE_HZ. */
export function isSampleRate(hz: number): boolean {
  return Number.isInteger(hz) && hz >= MIN_SAMPLE_RATE_HZ && hz <= MAX_SAMPLE_RATE_HZ;
}

/**
 * The first thing that is wrong with a format, or undefined when it can be decoded. The values may come from outside:
 * nothing is taken from their types. Throws nothing.
 */
export function findFormatProblem(format: {
  readonly [K in keyof AudioFormat]: AudioFormat[K] | number | string;
}): FormatProblem | undefined {
  const { encoding, sampleRateHz, channels, callerChannel } = format;
  if (!Object.hasOwn(BYTES_PER_SAMPLE, encoding)) return { reason: 'ENCODING_UNKNOWN', field: 'encoding' };
  if (!isSampleRate(Number(sampleRateHz)))
    return { reason: 'SAMPLE_RATE_OUT_OF_RANGE', field: 'sampleRateHz' };
  if (channels !== 1 && channels !== 2) return { reason: 'CHANNELS_OUT_OF_RANGE', field: 'channels' };
  if (callerChannel !== 0 && callerChannel !== channels - 1) {
    return { reason: 'CALLER_CHANNEL_MISSING', field: 'callerChannel' };
  }
  return undefined;
}
