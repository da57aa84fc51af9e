import type { SortedTrials } from './trials.js';

/** A threshold and what comes of it: whoever scores at least `threshold` is accepted. */
export interface OperatingPoint {
  /** Infinite for the last point, which accepts nobody. */
  readonly threshold: number;
  /** False-match rate: share of impostors accepted. */
  readonly fmr: number;
  /** False non-match rate: share of the genuine not accepted. */
  readonly fnmr: number;
}

/**
 * Visits every operating point, from accepting everybody to accepting nobody; equal scores are one threshold. Rates as
 * ISO/IEC 19795-1 defines them.
 * @param weights what each trial counts; both kinds of trial must have some weight.
 */
function sweep(
  { scores, targets }: SortedTrials,
  weights: Float64Array,
  visit: (fmr: number, fnmr: number, threshold: number) => void,
): void {
  let target = 0;
  let impostor = 0;
  for (let i = 0; i < weights.length; i++) {
    if (targets[i]) target += weights[i]!;
    else impostor += weights[i]!;
  }
  let missed = 0;
  let turnedAway = 0;
  for (let i = 0; i < scores.length;) {
    const threshold = scores[i]!;
    visit(1 - turnedAway / impostor, missed / target, threshold);
    for (; i < scores.length && scores[i] === threshold; i++) {
      if (targets[i]) missed += weights[i]!;
      else turnedAway += weights[i]!;
    }
  }
  visit(0, 1, Infinity);
}

/** Every operating point, from accepting everybody to accepting nobody. */
export function operatingPoints(trials: SortedTrials, weights: Float64Array): OperatingPoint[] {
  const points: OperatingPoint[] = [];
  sweep(trials, weights, (fmr, fnmr, threshold) => points.push({ threshold, fmr, fnmr }));
  return points;
}

/** What one sweep over the thresholds gives. */
export interface ErrorRates {
  /** Equal error rate, 0 to 1: where the two rates cross, on a straight line between operating points. */
  readonly eer: number;
  /**
   * Least detection cost at a target prior of 0.01 and equal costs, divided by what it costs to accept nobody: 0 to 1.
   * NIST 2016 Speaker Recognition Evaluation Plan, section 3.1.
   */
  readonly minDcf: number;
  /** Least FNMR at an FMR of at most each of the rates asked for. */
  readonly fnmrAt: readonly number[];
}

const TARGET_PRIOR = 0.01;
/** Sums of weights are not exact. */
const ROUNDING = 1e-12;

/**
 * EER, least detection cost and FNMR at given FMRs, in one sweep.
 * @param fmrs rates in (0, 1).
 */
export function errorRates(
  trials: SortedTrials,
  weights: Float64Array,
  fmrs: readonly number[] = [],
): ErrorRates {
  const fnmrAt = fmrs.map(() => Number.NaN);
  let eer = Number.NaN;
  let minDcf = Infinity;
  let beforeFmr = 1;
  let beforeFnmr = 0;
  sweep(trials, weights, (fmr, fnmr) => {
    minDcf = Math.min(minDcf, fnmr + ((1 - TARGET_PRIOR) / TARGET_PRIOR) * fmr);
    if (Number.isNaN(eer) && fnmr >= fmr) {
      const gapBefore = beforeFmr - beforeFnmr;
      const share = gapBefore / (gapBefore + fnmr - fmr);
      eer = beforeFnmr + share * (fnmr - beforeFnmr);
    }
    for (let k = 0; k < fmrs.length; k++) {
      if (Number.isNaN(fnmrAt[k]) && fmr <= fmrs[k]! + ROUNDING) fnmrAt[k] = fnmr;
    }
    beforeFmr = fmr;
    beforeFnmr = fnmr;
  });
  return { eer, minDcf, fnmrAt };
}

/**
 * Whether there are enough impostor trials to speak of a false-match rate: 3 / p of them, the fewest that without a
 * single error would show with 95 % confidence that the rate is at most p (the rule of three, ISO/IEC 19795-1, annex B).
 */
export function supports(impostorTrials: number, fmr: number): boolean {
  return impostorTrials >= 3 / fmr;
}
