import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { VouchError } from '../../errors.js';
import { Resampler } from '../resampler.js';
import { TelephoneLine } from '../telephone-line.js';

/**
 * Collects the samples of a recording, brought to telephone bandwidth as they come: it never holds a wider copy. Wideband speech
 * is in the telephone's band from its first sample on, wherever it was found.
 */
export class TelephoneSink {
  readonly #line: TelephoneLine | Resampler;
  readonly #pieces: Float32Array[] = [];
  #room: number;

  /**
   * @param keepsBand as RecordingInput has it.
   * @throws VouchError SAMPLE_RATE_OUT_OF_RANGE.
   */
  constructor(sourceRateHz: number, maxDurationMs: number, keepsBand = false) {
    this.#line = keepsBand
      ? new Resampler(sourceRateHz, TELEPHONE_RATE_HZ)
      : new TelephoneLine(sourceRateHz, { heldMs: Infinity });
    this.#room = Math.floor((maxDurationMs * sourceRateHz) / 1000);
  }

  /** @throws VouchError RECORDING_TOO_LONG. */
  push(samples: Float32Array): void {
    this.#room -= samples.length;
    if (this.#room < 0) throw new VouchError('RECORDING_TOO_LONG');
    this.#pieces.push(this.#line.push(samples));
  }

  /**
   * All samples, at TELEPHONE_RATE_HZ.
   * @throws VouchError RECORDING_EMPTY when there are none.
   */
  finish(): Float32Array {
    this.#pieces.push(this.#line.finish());
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
