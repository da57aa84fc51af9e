import { totals, type SortedTrials } from './trials.js';

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
 * Every operating point, from accepting everybody to accepting nobody; equal scores are one threshold. Rates as ISO/IEC
 * 19795-1 defines them.
 * @param weights what each trial counts; both kinds of trial must have some weight.
 */
export function* operatingPoints(trials: SortedTrials, weights: Float64Array): Generator<OperatingPoint> {
  const { scores, targets } = trials;
  const all = totals(trials, weights);
  let missed = 0;
  let turnedAway = 0;
  for (let i = 0; i < scores.length; ) {
    const threshold = scores[i]!;
    yield { threshold, fmr: 1 - turnedAway / all.impostor, fnmr: missed / all.target };
    for (; i < scores.length && scores[i] === threshold; i++) {
      if (targets[i]) missed += weights[i]!;
      else turnedAway += weights[i]!;
    }
  }
  yield { threshold: Infinity, fmr: 0, fnmr: 1 };
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
  for (const { fmr, fnmr } of operatingPoints(trials, weights)) {
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
  }
  return { eer, minDcf, fnmrAt };
}

/**
 * Whether there are enough impostor trials to speak of a false-match rate: 3 / p of them, the fewest that without a
 * single error would show with 95 % confidence that the rate is at most p (the rule of three, ISO/IEC 19795-1, annex B).
 */
export function supports(impostorTrials: number, fmr: number): boolean {
  return impostorTrials >= 3 / fmr;
}
