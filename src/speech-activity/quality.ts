import { TELEPHONE_RATE_HZ } from '../domain/audio.js';
import type { SpeechQuality } from '../domain/speech.js';

/**
 * From here on a sample counts as clipped. The outermost levels of mu-law and A-law stand at 0.980 and 0.984 of full
 * scale, so nothing closer to 1 would catch G.711 that was clipped before it was coded.
 */
const CLIPPED_FROM = 0.98;
/** A frame of speech counts for the level from this probability on, one of no speech as background below the other. */
const SPEECH_FROM = 0.5;
const BACKGROUND_BELOW = 0.1;
/** Background is sorted by power into bins of 1 dB, from what is digital silence rather than a quiet line up to 0 dBFS. */
const QUIETEST_DBFS = -80;
/** Fewer frames of background say nothing: 160 ms. */
const MINIMUM_BACKGROUND_FRAMES = 5;
/** Background frames this far above the middle one are events (beeps, knocks, prompts), not the background. */
const EVENT_DB = 12;
/** The noise is taken off the speech, but no more than all but this share of it. */
const LEAST_SPEECH_SHARE = 1e-3;
/** Bands of the spectrum, at equal distances up to 4 kHz; each a single frequency under a Hann window. */
const BANDS = 32;
const BAND_HZ = TELEPHONE_RATE_HZ / 2 / BANDS;
/** A band within this of the strongest one holds speech. Long-term speech falls about 40 dB up to 4 kHz. */
const BAND_RANGE_DB = 50;
/** The spectrum is taken from every fourth frame of speech: enough for a long-term one, at a quarter of the cost. */
const SPECTRUM_EVERY = 4;
/** Fewer spectra say more of the sounds than of the line: about 1 s of speech. */
const MINIMUM_SPECTRA = 8;

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
  for (const sample of samples) {
    energy += sample * sample;
    if (sample >= CLIPPED_FROM || sample <= -CLIPPED_FROM) clipped++;
  }
  return { samples: samples.length, energy, clipped };
}

/** Cosine and sine of each band under a Hann window, for frames of one length. */
function bandTables(length: number): { cos: Float32Array; sin: Float32Array } {
  const cos = new Float32Array(BANDS * length);
  const sin = new Float32Array(BANDS * length);
  for (let band = 0; band < BANDS; band++) {
    const radians = (2 * Math.PI * (band + 0.5) * BAND_HZ) / TELEPHONE_RATE_HZ;
    for (let i = 0; i < length; i++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length);
      cos[band * length + i] = window * Math.cos(radians * i);
      sin[band * length + i] = window * Math.sin(radians * i);
    }
  }
  return { cos, sin };
}

/** The long-term spectrum of speech, from whole frames of one length. */
export class SpeechSpectrum {
  readonly #tables: { cos: Float32Array; sin: Float32Array };
  readonly #power = new Float64Array(BANDS);
  #frames = 0;
  #spectra = 0;

  /** @param frameSamples the length of a frame; shorter ones are left out. */
  constructor(private readonly frameSamples: number) {
    this.#tables = bandTables(frameSamples);
  }

  /** Takes a frame of speech, 8 kHz; not kept. */
  add(samples: Float32Array): void {
    if (samples.length !== this.frameSamples || this.#frames++ % SPECTRUM_EVERY !== 0) return;
    this.#spectra++;
    for (let band = 0; band < BANDS; band++) {
      let real = 0;
      let imaginary = 0;
      for (let i = 0, at = band * samples.length; i < samples.length; i++, at++) {
        real += this.#tables.cos[at]! * samples[i]!;
        imaginary += this.#tables.sin[at]! * samples[i]!;
      }
      this.#power[band]! += real * real + imaginary * imaginary;
    }
  }

  /** The upper edge of the highest band with speech, 125 to 4000 Hz; null before about 1 s of speech. */
  get bandwidthHz(): number | null {
    const strongest = Math.max(...this.#power);
    if (this.#spectra < MINIMUM_SPECTRA || strongest === 0) return null;
    const least = strongest * 10 ** (-BAND_RANGE_DB / 10);
    return (this.#power.findLastIndex((power) => power >= least) + 1) * BAND_HZ;
  }
}

/** How loud the line is when nobody speaks: frames counted by their power, so that single loud ones can be left out. */
class Background {
  readonly #frames = new Uint32Array(1 - QUIETEST_DBFS);
  readonly #power = new Float64Array(1 - QUIETEST_DBFS);
  #total = 0;

  add(power: number): void {
    const bin = Math.floor(10 * Math.log10(power)) - QUIETEST_DBFS;
    if (!(bin >= 0)) return;
    const at = Math.min(bin, this.#frames.length - 1);
    this.#frames[at]!++;
    this.#power[at]! += power;
    this.#total++;
  }

  /** Mean power up to EVENT_DB above the median; null before there is enough of it. */
  get power(): number | null {
    if (this.#total < MINIMUM_BACKGROUND_FRAMES) return null;
    let median = 0;
    for (let below = this.#frames[0]!; 2 * below < this.#total; below += this.#frames[median]!) median++;
    let frames = 0;
    let power = 0;
    for (let bin = 0; bin < Math.min(median + EVENT_DB, this.#frames.length); bin++) {
      frames += this.#frames[bin]!;
      power += this.#power[bin]!;
    }
    return power / frames;
  }
}

/** Level, clipping and SNR, frame by frame. Sums only: the memory stays the same however long the stream. */
export class QualityMeter {
  readonly #background = new Background();
  #samples = 0;
  #clipped = 0;
  #voicedSamples = 0;
  #voicedEnergy = 0;

  /**
   * Adds a frame.
   * @param speech its label from the segmenter.
   * @param probability of speech, 0 to 1: frames that the segmenter only padded with count for neither level.
   */
  add(measure: FrameMeasure, speech: boolean, probability: number): void {
    if (!speech) {
      if (probability < BACKGROUND_BELOW) this.#background.add(measure.energy / measure.samples);
      return;
    }
    this.#samples += measure.samples;
    this.#clipped += measure.clipped;
    if (probability < SPEECH_FROM) return;
    this.#voicedSamples += measure.samples;
    this.#voicedEnergy += measure.energy;
  }

  /** Forgets the speech; the background, which is the line's and not the window's, stays. */
  clearSpeech(): void {
    this.#samples = this.#clipped = this.#voicedSamples = this.#voicedEnergy = 0;
  }

  /** What was measured so far; `bandwidthHz` is measured elsewhere and only passed on. */
  quality(bandwidthHz: number | null): SpeechQuality {
    const power = this.#voicedSamples > 0 ? this.#voicedEnergy / this.#voicedSamples : 0;
    return {
      snrDb: this.#snrDb(power),
      clippedShare: this.#samples > 0 ? this.#clipped / this.#samples : 0,
      levelDbfs: power > 0 ? Math.min(0, 10 * Math.log10(power)) : null,
      bandwidthHz,
    };
  }

  /** Frames of speech hold the background too: its power is taken off. */
  #snrDb(power: number): number | null {
    const background = this.#background.power;
    if (power === 0 || background === null) return null;
    return 10 * Math.log10(Math.max(power - background, LEAST_SPEECH_SHARE * power) / background);
  }
}
