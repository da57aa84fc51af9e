import { TELEPHONE_RATE_HZ } from '../domain/audio.js';
import { throughG711 } from './g711.js';
import { Resampler } from './resampler.js';
import { TelephoneBand } from './telephone-band.js';
import { WidebandDetector } from './wideband-detector.js';

/** The verdict is looked for in blocks of this length, counted from the first sample: it rests on no cut of the input. */
const BLOCK_MS = 32;
/** Enough for two of three calls to be in the band from their first sample, and too little to be noticed. */
const HELD_MS = 480;

export interface TelephoneLineOptions {
  /** Whether the source is known to be wideband: its first sample is then in the band already. Default false. */
  readonly wideband?: boolean;
  /** How much is held back while the verdict is no, ms; Infinity where all of it can wait. Default 480. */
  readonly heldMs?: number;
}

/**
 * Brings a source to 8 kHz, and wideband speech to what a telephone line would have made of it: its band, 250 to 3400 Hz,
 * and mu-law there and back. What is telephone speech already comes out exactly as the resampler leaves it, at whatever
 * rate it comes. Pieces of any size give the same to the last bit.
 *
 * Of a source above 8 kHz whose speech has not been found wideband, the last 480 to 512 ms are held back. Once it is found so,
 * what was held back and all that follows is in the telephone's band, and nothing is held back any more.
 */
export class TelephoneLine {
  readonly #resampler: Resampler;
  readonly #band = new TelephoneBand();
  /** Undefined where there is nothing to find. */
  readonly #detector: WidebandDetector | undefined;
  #wideband: boolean;
  readonly #block: Float32Array;
  #filled = 0;
  /** At 8 kHz, a piece a block, oldest first. */
  #held: Float32Array[] = [];
  #heldSamples = 0;
  readonly #mostHeld: number;

  /**
   * @param sourceRateHz from 8000 to 48000.
   * @throws VouchError SAMPLE_RATE_OUT_OF_RANGE.
   */
  constructor(sourceRateHz: number, { wideband = false, heldMs = HELD_MS }: TelephoneLineOptions = {}) {
    this.#mostHeld = (heldMs * TELEPHONE_RATE_HZ) / 1000;
    this.#resampler = new Resampler(sourceRateHz, TELEPHONE_RATE_HZ);
    const canBe = sourceRateHz > TELEPHONE_RATE_HZ;
    this.#wideband = canBe && wideband;
    this.#detector = canBe && !wideband ? new WidebandDetector(sourceRateHz) : undefined;
    this.#block = new Float32Array(this.#detector ? Math.round((sourceRateHz * BLOCK_MS) / 1000) : 0);
  }

  /** Whether the source was found, or known, to hold wideband speech. */
  get wideband(): boolean {
    return this.#wideband;
  }

  /** Takes any number of samples, which are not kept; what they complete, at 8 kHz, belongs to the caller. */
  push(samples: Float32Array): Float32Array {
    if (!this.#detector) return this.#onLine(this.#resampler.push(samples));
    const pieces: Float32Array[] = [];
    let at = 0;
    while (at < samples.length && !this.#wideband) {
      const part = samples.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#block.length) pieces.push(this.#judge(this.#detector));
    }
    if (at < samples.length) pieces.push(this.#onLine(this.#resampler.push(samples.subarray(at))));
    return join(pieces);
  }

  /** What is still owed: the source has ended. */
  finish(): Float32Array {
    const rest = this.#resampler.push(this.#block.slice(0, this.#filled));
    this.#filled = 0;
    this.#hold(rest);
    this.#hold(this.#resampler.finish());
    return this.#release(0);
  }

  /** Takes a full block; returns what need not be held back. */
  #judge(detector: WidebandDetector): Float32Array {
    detector.push(this.#block);
    this.#filled = 0;
    this.#wideband = detector.wideband;
    this.#hold(this.#resampler.push(this.#block));
    return this.#release(this.#wideband ? 0 : this.#mostHeld);
  }

  #hold(samples: Float32Array): void {
    this.#held.push(samples);
    this.#heldSamples += samples.length;
  }

  /** Lets the oldest pieces go until no more than `most` samples are held. */
  #release(most: number): Float32Array {
    const pieces: Float32Array[] = [];
    while (this.#heldSamples > most) {
      const oldest = this.#held.shift()!;
      this.#heldSamples -= oldest.length;
      pieces.push(this.#onLine(oldest));
    }
    return join(pieces);
  }

  #onLine(samples: Float32Array): Float32Array {
    if (this.#wideband) return throughG711(this.#band.push(samples), 'MULAW');
    // The filter hears what goes by, so that nothing clicks when it takes over.
    if (this.#detector) this.#band.push(samples);
    return samples;
  }
}

function join(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
