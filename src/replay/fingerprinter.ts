import { BandEnergies, FRAMES_AT_ONCE, plainFilters } from '../audio/index.js';
import type { Fingerprint } from '../domain/speech.js';
import { HalfBand } from './half-band.js';

/** Samples at 8 kHz of a frame of speech: 32 ms, as speech activity has them. */
const FRAME_SAMPLES = 256;
/** At 4 kHz: spectra of 32 ms, each 16 ms after the one before. */
const SPECTRUM_SAMPLES = 128;
const HOP_SAMPLES = 64;
/** The time from one code to the next. */
const TICK_MS = 16;
const FRAME_MS = 32;
/**
 * Where the bands begin and end, in steps of 31.25 Hz: 17 of them from 190 to 1900 Hz, about equally wide on the mel scale.
 * Haitsma and Kalker have 33 from 300 to 2000 Hz; what is higher does not survive GSM and Opus.
 */
const EDGES = [6, 8, 10, 12, 14, 16, 18, 21, 24, 27, 30, 33, 37, 41, 45, 50, 55, 61] as const;
const BANDS = EDGES.length - 1;
/** Spectra whose log energies are added up, to be compared with as many before them: 80 ms each. */
const LATER = 5;
/** Spectra that a code rests on. */
const HISTORY = 2 * LATER;
/** Keeps the logarithm of silence finite: far below the noise of a line, samples of full scale 1. */
const LEAST_POWER = 1e-9;

const WINDOW = Float32Array.from(
  { length: SPECTRUM_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / SPECTRUM_SAMPLES),
);

/** All calls of a thread use one. */
let shared: BandEnergies | undefined;

function bandEnergies(): BandEnergies {
  const bands = EDGES.slice(1).map((to, band) => [EDGES[band]!, to] as const);
  shared ??= new BandEnergies({
    frameShiftSamples: HOP_SAMPLES,
    window: WINDOW,
    fftSize: SPECTRUM_SAMPLES,
    filters: plainFilters(bands),
  });
  return shared;
}

/**
 * Fingerprints of speech as it comes. A code has a bit for each pair of neighbouring bands: whether the difference of their
 * energies grew (J. Haitsma and T. Kalker, A Highly Robust Audio Fingerprinting System, ISMIR 2002). A gain changes none of
 * it, a codec few bits, another utterance of the same sentence nearly half of them. Neither silence, tones nor the other
 * party count: only frames that were found to be speech come here.
 */
export class Fingerprinter {
  readonly #bands = bandEnergies();
  readonly #halfBand = new HalfBand(FRAME_SAMPLES);
  /** The last half spectrum's samples, then those of the frame in hand, 4 kHz. */
  readonly #samples = new Float32Array(HOP_SAMPLES + FRAME_SAMPLES / 2);
  /** Log energies of the latest spectra, in turns; and how much more in each band the latest half has than the one before. */
  readonly #energies = Array.from({ length: HISTORY }, () => new Float64Array(BANDS));
  readonly #growth = new Float64Array(BANDS);
  /** Spectra since the speech began to run on. */
  #run = 0;
  #endMs = -Infinity;
  #ticks: number[] = [];
  #codes: number[] = [];

  /**
   * Takes the next frame of speech.
   * @param samples at 8 kHz, 32 ms of them; a shorter one, as at the end of audio, is left out. Not kept.
   * @param startMs when it begins, on the stream's clock.
   */
  push(samples: Float32Array, startMs: number): void {
    if (samples.length !== FRAME_SAMPLES) return;
    if (Math.abs(startMs - this.#endMs) > 1) this.#restart();
    this.#endMs = startMs + FRAME_MS;
    this.#samples.copyWithin(0, FRAME_SAMPLES / 2);
    this.#halfBand.push(samples, this.#samples.subarray(HOP_SAMPLES));
    const tick = Math.round(startMs / TICK_MS);
    const energies = this.#bands.of(this.#samples, 0);
    // The one across the border, where there is speech on its far side.
    if (this.#run > 0) this.#spectrum(energies, 0, tick - 1);
    this.#spectrum(energies, 1, tick);
  }

  /** What came since this was called last. */
  take(): Fingerprint {
    const taken = { ticks: Uint32Array.from(this.#ticks), codes: Uint16Array.from(this.#codes) };
    this.#ticks = [];
    this.#codes = [];
    return taken;
  }

  /** Forgets everything. */
  discard(): void {
    this.take();
    this.#endMs = -Infinity;
    this.#restart();
  }

  #restart(): void {
    this.#run = 0;
    this.#halfBand.reset();
    this.#samples.fill(0);
    for (const energies of this.#energies) energies.fill(0);
    this.#growth.fill(0);
  }

  #spectrum(ofBands: Float32Array, lane: number, tick: number): void {
    const run = this.#run++;
    const energies = this.#energies[run % HISTORY]!;
    const between = this.#energies[(run + HISTORY - LATER) % HISTORY]!;
    for (let band = 0; band < BANDS; band++) {
      const energy = Math.log(LEAST_POWER + ofBands[band * FRAMES_AT_ONCE + lane]!);
      // It joins the latest, one of those joins the ones before, and of them the oldest goes.
      this.#growth[band]! += energy - 2 * between[band]! + energies[band]!;
      energies[band] = energy;
    }
    if (this.#run < HISTORY) return;
    this.#ticks.push(tick);
    this.#codes.push(this.#code());
  }

  #code(): number {
    let code = 0;
    for (let band = 1; band < BANDS; band++) {
      if (this.#growth[band - 1]! > this.#growth[band]!) code |= 1 << (band - 1);
    }
    return code;
  }
}
