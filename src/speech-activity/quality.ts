import { BandEnergies, FRAMES_AT_ONCE, plainFilters } from '../audio/index.js';
import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ } from '../domain/audio.js';
import type { SpeechQuality } from '../domain/speech.js';

/**
 * From here on a sample counts as clipped. The outermost levels of mu-law and A-law stand at 0.980 and 0.984 of full
 * scale, so nothing closer to 1 would catch G.711 that was clipped before it was coded.
 */
const CLIPPED_FROM = 0.98;
/** A frame of at least this probability holds speech; those below are padding and pauses within it. */
const SPEECH_FROM = 0.5;
/** The share of a window's frames that is taken as its quiet. */
const QUIET_SHARE = 0.1;
/** Digital silence counts as this, -120 dBFS. */
const LEAST_POWER = 1e-12;
/** Bands of the spectrum, at equal distances up to 4 kHz; each a single frequency under a Hann window. */
const BANDS = 32;
const BAND_HZ = TELEPHONE_RATE_HZ / 2 / BANDS;
/** A band within this of the strongest one holds speech. Long-term speech falls about 40 dB up to 4 kHz. */
const BAND_RANGE_DB = 50;
/** The spectrum is taken from every fourth frame of speech: enough for a long-term one, at a quarter of the cost. */
const SPECTRUM_EVERY = 4;
/** Fewer spectra say more of the sounds than of the line: about 1 s of speech. */
const MINIMUM_SPECTRA = 8;

/**
 * The samples at 8 kHz that a frame at 16 kHz was made from: the resampler hands each on as it is, with a new one after
 * it. What is measured is measured on these, since clipping shows in no sample that was computed.
 * @param samples at 16 kHz, from a whole sample at 8 kHz on.
 * @param room written to, from its beginning; at least half as long.
 * @returns the part of `room` that was written.
 */
export function telephoneSamples(samples: Float32Array, room: Float32Array): Float32Array {
  const every = SPEECH_RATE_HZ / TELEPHONE_RATE_HZ;
  const telephone = room.subarray(0, Math.ceil(samples.length / every));
  for (let i = 0; i < telephone.length; i++) telephone[i] = samples[i * every]!;
  return telephone;
}

/** What one frame of 8 kHz samples measures. */
export interface FrameMeasure {
  readonly samples: number;
  /** Sum of squares. */
  readonly energy: number;
  readonly clipped: number;
}

/** Energy and clipping of a frame; pure. */
export function measureFrame(samples: Float32Array): FrameMeasure {
  let energy = 0;
  let clipped = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- an iterator makes an object of each sample
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    energy += sample * sample;
    if (sample >= CLIPPED_FROM || sample <= -CLIPPED_FROM) clipped++;
  }
  return { samples: samples.length, energy, clipped };
}

/** By the length of a frame; all calls of a thread use the same. */
const bandEnergies = new Map<number, BandEnergies>();

/** The power of each band's middle, under a Hann window. */
function bandEnergiesOf(length: number): BandEnergies {
  const known = bandEnergies.get(length);
  if (known) return known;
  const binHz = TELEPHONE_RATE_HZ / length;
  const made = new BandEnergies({
    frameShiftSamples: 0,
    window: Float32Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length)),
    fftSize: length,
    filters: plainFilters(
      Array.from({ length: BANDS }, (_, band) => {
        const bin = Math.round(((band + 0.5) * BAND_HZ) / binHz);
        return [bin, bin + 1] as const;
      }),
    ),
  });
  bandEnergies.set(length, made);
  return made;
}

/** The long-term spectrum of speech, from whole frames of one length at 8 kHz. */
export class SpeechSpectrum {
  readonly #energies: BandEnergies;
  readonly #power = new Float64Array(BANDS);
  #frames = 0;
  #spectra = 0;

  /** @param frameSamples the length of a frame, 16 ms or a multiple of it; shorter ones are left out. */
  constructor(private readonly frameSamples: number) {
    this.#energies = bandEnergiesOf(frameSamples);
  }

  /** Takes a frame of speech, 8 kHz; not kept. */
  add(samples: Float32Array): void {
    if (samples.length !== this.frameSamples || this.#frames++ % SPECTRUM_EVERY !== 0) return;
    this.#spectra++;
    const energies = this.#energies.of(samples, 0);
    for (let band = 0; band < BANDS; band++) this.#power[band]! += energies[band * FRAMES_AT_ONCE]!;
  }

  /** The upper edge of the highest band with speech, 125 to 4000 Hz; null before about 1 s of speech. */
  get bandwidthHz(): number | null {
    const strongest = Math.max(...this.#power);
    if (this.#spectra < MINIMUM_SPECTRA || strongest === 0) return null;
    const least = strongest * 10 ** (-BAND_RANGE_DB / 10);
    return (this.#power.findLastIndex((power) => power >= least) + 1) * BAND_HZ;
  }
}

/** What the levels of a window's frames say. */
export type WindowLevels = Pick<SpeechQuality, 'snrDb' | 'levelSpreadDb'>;

/**
 * How far the speech of a window stands above what is heard under and between it, dB: the mean power of its frames of
 * speech over the tenth percentile of the power of all its frames, padding and short pauses among them. Not the ratio to
 * the line's background: a speech detector takes other people's voices for speech, so that ratio is blind to babble,
 * while this one made the calibration better in every kind of noise tried (docs/decisions/0010-what-was-learnt-of-accuracy.md).
 * And how far the levels of its frames lie apart, dB: from the first to the third quartile.
 */
export class WindowLevelMeter {
  #powers: number[] = [];
  #voicedSamples = 0;
  #voicedEnergy = 0;

  /** Adds a frame of the window; `probability` of speech, 0 to 1. */
  add(measure: FrameMeasure, probability: number): void {
    this.#powers.push(Math.max(LEAST_POWER, measure.energy / measure.samples));
    if (probability < SPEECH_FROM) return;
    this.#voicedSamples += measure.samples;
    this.#voicedEnergy += measure.energy;
  }

  /** The measures of the window, null where it holds no frame of speech; the next frame begins another. */
  take(): WindowLevels {
    const powers = this.#powers.sort((a, b) => a - b);
    const quiet = percentile(powers, QUIET_SHARE);
    const power = this.#voicedSamples > 0 ? this.#voicedEnergy / this.#voicedSamples : 0;
    const levels = powers.map((each) => 10 * Math.log10(each));
    this.#powers = [];
    this.#voicedSamples = this.#voicedEnergy = 0;
    if (quiet === null || power === 0) return { snrDb: null, levelSpreadDb: null };
    return {
      snrDb: 10 * Math.log10(power / quiet),
      levelSpreadDb: percentile(levels, 0.75)! - percentile(levels, 0.25)!,
    };
  }
}

/** The value below which a share of sorted values lie, interpolated linearly between neighbours; null for none. */
function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}

/** Level and clipping of speech, frame by frame. Sums only: the memory stays the same however long the stream. */
export class QualityMeter {
  #samples = 0;
  #clipped = 0;
  #voicedSamples = 0;
  #voicedEnergy = 0;

  /**
   * Adds a frame of speech.
   * @param probability of speech, 0 to 1: frames that the segmenter only padded with do not count for the level.
   */
  add(measure: FrameMeasure, probability: number): void {
    this.#samples += measure.samples;
    this.#clipped += measure.clipped;
    if (probability < SPEECH_FROM) return;
    this.#voicedSamples += measure.samples;
    this.#voicedEnergy += measure.energy;
  }

  /** Forgets what was measured. */
  clear(): void {
    this.#samples = this.#clipped = this.#voicedSamples = this.#voicedEnergy = 0;
  }

  /** What was measured so far. */
  get quality(): Pick<SpeechQuality, 'clippedShare' | 'levelDbfs'> {
    const power = this.#voicedSamples > 0 ? this.#voicedEnergy / this.#voicedSamples : 0;
    return {
      clippedShare: this.#samples > 0 ? this.#clipped / this.#samples : 0,
      levelDbfs: power > 0 ? Math.min(0, 10 * Math.log10(power)) : null,
    };
  }
}
