import { RealFft } from './fft.js';
import { Resampler } from './resampler.js';

/** Sources of every rate are looked at in this one, so that the same limits hold for all. */
const RATE_HZ = 16_000;
/** 32 ms. */
const FRAME_SAMPLES = 512;
/** The telephone band. */
const BAND_HZ = [300, 3400] as const;
/**
 * What lies above it. From 4600 Hz on, since resamplers leave something of speech up to 4 kHz just above that; to 6200 Hz,
 * since AMR-WB makes up what is above 6400 Hz (3GPP TS 26.190).
 */
const ABOVE_HZ = [4600, 6200] as const;
/** Mean power of a frame with something in it, -55 dBFS: below, noise of codecs (G.722) counts. */
const LEAST_POWER = 10 ** -5.5;
/** A frame is wideband when what is above the band has at least this share of what is in it, -28 dB. */
const WIDEBAND_SHARE = 10 ** -2.8;
/** So many wideband frames of the last ones with something in them; clicks of lost packets make fewer. */
const WIDEBAND_FRAMES = 4;
const RECENT_FRAMES = 16;

/**
 * Tells whether a source holds speech above the telephone's band. The verdict begins as no; once it is yes it stays, since
 * callers do not change back while they speak of quiet things. How the limits were found: docs/decisions/0013.
 */
export class WidebandDetector {
  readonly #resampler: Resampler;
  readonly #fft = new RealFft(FRAME_SAMPLES);
  readonly #power = new Float32Array(FRAME_SAMPLES / 2 + 1);
  readonly #window: Float32Array;
  /** To the mean square of the samples. */
  readonly #scale: number;
  readonly #frame = new Float32Array(FRAME_SAMPLES);
  #filled = 0;
  /** Of the last frames with something in them, oldest first. */
  #recent: boolean[] = [];
  #wideband = false;

  /**
   * @param rateHz of the source, from 8000 to 48000.
   * @throws VouchError SAMPLE_RATE_OUT_OF_RANGE.
   */
  constructor(rateHz: number) {
    this.#resampler = new Resampler(rateHz, RATE_HZ);
    this.#window = Float32Array.from(
      { length: FRAME_SAMPLES },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / FRAME_SAMPLES),
    );
    this.#scale = 2 / (FRAME_SAMPLES * this.#window.reduce((sum, weight) => sum + weight * weight, 0));
  }

  get wideband(): boolean {
    return this.#wideband;
  }

  /** Takes the next samples, at the source's rate; they are not kept. */
  push(samples: Float32Array): void {
    const resampled = this.#resampler.push(samples);
    for (let at = 0; at < resampled.length && !this.#wideband;) {
      const part = resampled.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === FRAME_SAMPLES) this.#judge();
    }
  }

  #judge(): void {
    this.#filled = 0;
    this.#fft.powerSpectrum(
      this.#frame.map((sample, i) => sample * this.#window[i]!),
      this.#power,
    );
    const inBand = this.#between(BAND_HZ);
    const above = this.#between(ABOVE_HZ);
    if (Math.max(inBand, above) < LEAST_POWER) return;
    this.#recent = [...this.#recent.slice(1 - RECENT_FRAMES), above > WIDEBAND_SHARE * inBand];
    this.#wideband = this.#recent.filter(Boolean).length >= WIDEBAND_FRAMES;
  }

  /** Mean square of what lies between two frequencies. */
  #between([lowHz, highHz]: readonly [number, number]): number {
    const binHz = RATE_HZ / FRAME_SAMPLES;
    let sum = 0;
    for (let bin = Math.ceil(lowHz / binHz); bin * binHz <= highHz; bin++) sum += this.#power[bin]!;
    return sum * this.#scale;
  }
}
