import type { AudioEncoding, AudioFormat } from '../domain/audio.js';
import { VouchError } from '../errors.js';
import { BYTES_PER_SAMPLE, findFormatProblem } from './format.js';
import { ALAW_SAMPLES, MULAW_SAMPLES } from './g711.js';

/** Writes the caller's sample of each frame of `bytes`, beginning at `from`, to `out`, beginning at `at`. */
type FrameReader = (bytes: Uint8Array, from: number, frames: number, out: Float32Array, at: number) => void;

function frameReader(encoding: AudioEncoding, stride: number, offset: number): FrameReader {
  if (encoding === 'PCM_S16LE') {
    return (bytes, from, frames, out, at) => {
      for (let frame = 0, b = from + offset; frame < frames; frame++, b += stride) {
        // Shifted to the top and back so that the sign bit of the 16 fills the rest.
        out[at + frame] = (((bytes[b]! | (bytes[b + 1]! << 8)) << 16) >> 16) / 32768;
      }
    };
  }
  const table = encoding === 'MULAW' ? MULAW_SAMPLES : ALAW_SAMPLES;
  return (bytes, from, frames, out, at) => {
    for (let frame = 0, b = from + offset; frame < frames; frame++, b += stride)
      out[at + frame] = table[bytes[b]!]!;
  };
}

/**
 * Turns the bytes of a stream into the samples of the caller's channel, at the stream's own rate. The bytes may be cut
 * anywhere, within a sample too: the samples are the same to the last bit.
 */
export class StreamDecoder {
  readonly #frameBytes: number;
  readonly #read: FrameReader;
  /** The beginning of a frame whose end has not come yet. */
  readonly #partial: Uint8Array;
  #partialBytes = 0;

  /**
   * @param format how the bytes are encoded; 1 or 2 interleaved channels, 8000 to 48000 Hz.
   * @throws VouchError ENCODING_UNKNOWN, SAMPLE_RATE_OUT_OF_RANGE, CHANNELS_OUT_OF_RANGE or CALLER_CHANNEL_MISSING,
   * with the field of AudioFormat.
   */
  constructor(format: AudioFormat) {
    const problem = findFormatProblem(format);
    if (problem) throw new VouchError(problem.reason, { field: problem.field });
    const sampleBytes = BYTES_PER_SAMPLE[format.encoding];
    this.#frameBytes = sampleBytes * format.channels;
    this.#read = frameReader(format.encoding, this.#frameBytes, sampleBytes * format.callerChannel);
    this.#partial = new Uint8Array(this.#frameBytes);
  }

  /**
   * Takes any number of bytes and returns the samples that they complete, in the range -1 to 1. The bytes are not kept;
   * the samples belong to the caller.
   * @param room what is returned is a part of it, when given; there must be room for `frames(bytes.length)` samples.
   */
  push(bytes: Uint8Array, room?: Float32Array): Float32Array {
    const frames = this.frames(bytes.length);
    const samples = room ? room.subarray(0, frames) : new Float32Array(frames);
    let from = 0;
    let done = 0;
    if (this.#partialBytes > 0) {
      from = Math.min(this.#frameBytes - this.#partialBytes, bytes.length);
      this.#partial.set(bytes.subarray(0, from), this.#partialBytes);
      this.#partialBytes += from;
      if (this.#partialBytes < this.#frameBytes) return samples;
      this.#read(this.#partial, 0, 1, samples, 0);
      done = 1;
    }
    this.#read(bytes, from, frames - done, samples, done);
    const rest = bytes.subarray(from + (frames - done) * this.#frameBytes);
    this.#partial.set(rest);
    this.#partialBytes = rest.length;
    return samples;
  }

  /** How many samples the next push of so many bytes gives. */
  frames(bytes: number): number {
    return Math.floor((this.#partialBytes + bytes) / this.#frameBytes);
  }

  /**
   * Ends the stream. There are never samples left, so the array is empty.
   * @throws VouchError AUDIO_INCOMPLETE when the bytes end within a sample or between the channels of one.
   */
  finish(): Float32Array {
    if (this.#partialBytes > 0) throw new VouchError('AUDIO_INCOMPLETE');
    return new Float32Array(0);
  }
}
