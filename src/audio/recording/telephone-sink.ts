import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { VouchError } from '../../errors.js';
import { Resampler } from '../resampler.js';

/** Collects the samples of a recording, brought to telephone bandwidth as they come: it never holds a wider copy. */
export class TelephoneSink {
  readonly #resampler: Resampler;
  readonly #pieces: Float32Array[] = [];
  #room: number;

  /** @throws VouchError SAMPLE_RATE_OUT_OF_RANGE. */
  constructor(sourceRateHz: number, maxDurationMs: number) {
    this.#resampler = new Resampler(sourceRateHz, TELEPHONE_RATE_HZ);
    this.#room = Math.floor((maxDurationMs * sourceRateHz) / 1000);
  }

  /** @throws VouchError RECORDING_TOO_LONG. */
  push(samples: Float32Array): void {
    this.#room -= samples.length;
    if (this.#room < 0) throw new VouchError('RECORDING_TOO_LONG');
    this.#pieces.push(this.#resampler.push(samples));
  }

  /**
   * All samples, at TELEPHONE_RATE_HZ.
   * @throws VouchError RECORDING_EMPTY when there are none.
   */
  finish(): Float32Array {
    this.#pieces.push(this.#resampler.finish());
    const whole = new Float32Array(this.#pieces.reduce((length, piece) => length + piece.length, 0));
    if (whole.length === 0) throw new VouchError('RECORDING_EMPTY');
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
