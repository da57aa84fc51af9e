import { draw, seededRandom } from '../random.js';
import type { Trials } from './trials.js';

/** A value with its 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * How often each speaker was drawn in each replicate. The same seed gives the same draws, so that two systems measured
 * with them are compared in pairs.
 * @returns `replicates` arrays of `speakers` counts.
 */
export function drawSpeakers(speakers: number, replicates: number, seed = 1): Int32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: replicates }, () => {
    const counts = new Int32Array(speakers);
    for (let i = 0; i < speakers; i++) counts[draw(random, speakers)]!++;
    return counts;
  });
}

/**
 * What each trial counts when speakers were drawn as often as `counts` says: the trials of one pair of speakers are not
 * independent, the speakers are. A target trial counts as often as its speaker, an impostor trial as often as both
 * together. Poh, Martin and Bengio, "Performance generalization in biometric authentication using joint user-specific
 * and sample bootstraps", IEEE TPAMI 29 (2007).
 */
export function bootstrapWeights(trials: Trials, counts: Int32Array): Float64Array {
  const { targets, tested, enrolled } = trials;
  const weights = new Float64Array(targets.length);
  for (let i = 0; i < weights.length; i++) {
    const drawn = counts[tested[i]!]!;
    weights[i] = targets[i] ? drawn : drawn * counts[enrolled[i]!]!;
  }
  return weights;
}

/** The middle 95 % of replicates, by linear interpolation; undefined when none of them is a number. */
export function percentileInterval(replicates: readonly number[]): Interval | undefined {
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** A quantile of values in rising order, interpolated between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below === above ? below : below + (at - Math.floor(at)) * (above - below);
}
