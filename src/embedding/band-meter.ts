import type { SpeechQuality } from '../domain/speech.js';

/** What the bands of a window's spectrum say of the line and the place; null where the window is too short, or has no bands. */
export type BandMeasures = Pick<SpeechQuality, 'bandContrastDb' | 'slowDecayDb'>;

export const NO_BANDS: BandMeasures = { bandContrastDb: null, slowDecayDb: null };

/** The telephone's band, within what every codec leaves of it. */
const TELEPHONE_HZ = { min: 250, max: 3600 };
/** Where the harmonics of voices are strongest and stand furthest apart. */
const VOICE_HZ = { min: 250, max: 1250 };
/** Over so many frames (of 10 ms) sound rises and falls. */
const CHANGE_FRAMES = 5;
/** Fewer frames say more of the sounds than of the place: half a second. */
const MINIMUM_FRAMES = 50;
/** Steps of a histogram in a natural unit: half a decibel, and between them by interpolation. */
const STEPS = 8;
/**
 * What is counted lies within this of 0 in all but digital silence beside loud speech, where its ends are counted as the last step:
 * logarithms of energies less their mean over the window, and their changes, from Kaldi's floor, -15.9, to full scale, about 12.
 */
const HIGHEST = 16;
const LAST = 2 * HIGHEST * STEPS - 1;
const DB_PER_NAT = 10 / Math.log(10);

/**
 * Measures how sound comes and goes in the bands of a log-mel spectrum, from the features that a window is embedded with, so
 * that it costs no transform of its own; nothing here depends on the mean of a band. What stands between the syllables fills
 * up the bands between their peaks: noise, other voices, and the tails of a room, which let sound fall more slowly than it
 * rose (docs/decisions/0010-what-was-learnt-of-accuracy.md). Not to be shared between calls that interleave: it holds a histogram.
 */
export class BandMeter {
  readonly #telephone: Range;
  readonly #voice: Range;
  readonly #counts = new Uint32Array(LAST + 1);

  /** @param centresHz of the bands, rising. */
  constructor(private readonly centresHz: readonly number[]) {
    this.#telephone = this.#within(TELEPHONE_HZ);
    this.#voice = this.#within(VOICE_HZ);
  }

  /** @param features `frames` rows of a natural logarithm for each band. */
  measure(features: Float32Array, frames: number): BandMeasures {
    if (frames < MINIMUM_FRAMES) return NO_BANDS;
    return {
      bandContrastDb: this.#mean(this.#voice, features, frames, 0, (share) => share(0.95) - share(0.5)),
      slowDecayDb: this.#mean(
        this.#telephone,
        features,
        frames,
        CHANGE_FRAMES,
        (share) => share(0.95) + share(0.05),
      ),
    };
  }

  #within({ min, max }: { readonly min: number; readonly max: number }): Range {
    const from = this.centresHz.findIndex((centre) => centre >= min);
    return { from, to: this.centresHz.findLastIndex((centre) => centre < max) + 1 };
  }

  /** The mean over bands of what `use` makes of the quantiles of their levels, or of the changes of these; dB. */
  #mean(
    { from, to }: Range,
    features: Float32Array,
    frames: number,
    change: number,
    use: (quantile: (share: number) => number) => number,
  ): number {
    const bands = this.centresHz.length;
    const count = frames - change;
    const counts = this.#counts;
    let sum = 0;
    for (let band = from; band < to; band++) {
      counts.fill(0);
      for (let at = change * bands + band, end = frames * bands; at < end; at += bands) {
        const value = change === 0 ? features[at]! : features[at]! - features[at - change * bands]!;
        const step = ((value + HIGHEST) * STEPS) | 0;
        counts[step < 0 ? 0 : step > LAST ? LAST : step]!++;
      }
      sum += use((share) => quantile(counts, share * count));
    }
    return (DB_PER_NAT * sum) / (to - from);
  }
}

/** The value below which so many of the counted values lie, taken to lie evenly within a step. */
function quantile(counts: Uint32Array, rank: number): number {
  let below = 0;
  for (let step = 0; step <= LAST; step++) {
    const here = counts[step]!;
    if (below + here >= rank && here > 0) return (step + (rank - below) / here) / STEPS - HIGHEST;
    below += here;
  }
  return HIGHEST;
}

/** Bands from one, and before another. */
interface Range {
  readonly from: number;
  readonly to: number;
}
