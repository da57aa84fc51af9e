import { operatingPoints, type OperatingPoint } from './error-rates.js';
import { evenWeights, type SortedTrials, type Trials } from './trials.js';

/** Inverse of the normal distribution function (Acklam's rational approximation, relative error below 1.2e-9). */
export function probit(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ];
  const b = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  ];
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
  const poly = (coefficients: readonly number[], x: number) =>
    coefficients.reduce((sum, each) => sum * x + each, 0);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return poly(c, q) / poly([...d, 1], q);
  }
  if (p > 1 - 0.02425) return -probit(1 - p);
  const q = p - 0.5;
  return (poly(a, q * q) * q) / poly([...b, 1], q * q);
}

/** Points of the DET curve: those where it turns, at most `most` of them, rates within (0, 1). */
export function detCurve(trials: SortedTrials, most = 200): OperatingPoint[] {
  const inside = operatingPoints(trials, evenWeights(trials)).filter(
    ({ fmr, fnmr }) => fmr > 0 && fmr < 1 && fnmr > 0 && fnmr < 1,
  );
  const corners = inside.filter((point, i) => {
    const before = inside[i - 1];
    const after = inside[i + 1];
    if (!before || !after) return true;
    return (
      !(before.fmr === point.fmr && point.fmr === after.fmr) &&
      !(before.fnmr === point.fnmr && point.fnmr === after.fnmr)
    );
  });
  const step = Math.max(1, corners.length / most);
  return Array.from({ length: Math.min(most, corners.length) }, (_, i) => corners[Math.floor(i * step)]!);
}

/** Trials of about the same LLR: what was said, and what came. */
export interface ReliabilityBin {
  /** Mean of the LLRs. */
  readonly stated: number;
  /** The LLR that the trials in it show: ln(share of targets / share of impostors), half a trial added to each. */
  readonly observed: number;
  readonly targets: number;
  readonly impostors: number;
}

/** LLRs in bins of `width`, natural logarithm. Bins without any trial are left out. */
export function reliability(trials: Trials, width = 0.5): ReliabilityBin[] {
  const bins = new Map<number, { sum: number; targets: number; impostors: number }>();
  let targets = 0;
  trials.scores.forEach((llr, i) => {
    const at = Math.floor(llr / width);
    const bin = bins.get(at) ?? { sum: 0, targets: 0, impostors: 0 };
    bins.set(at, bin);
    bin.sum += llr;
    if (trials.targets[i]) bin.targets++;
    else bin.impostors++;
    targets += trials.targets[i]!;
  });
  const impostors = trials.scores.length - targets;
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([, bin]) => ({
      stated: bin.sum / (bin.targets + bin.impostors),
      observed: Math.log(((bin.targets + 0.5) * (impostors + 1)) / ((bin.impostors + 0.5) * (targets + 1))),
      targets: bin.targets,
      impostors: bin.impostors,
    }));
}

/** How the scores of both kinds of trial are spread. */
export interface Histogram {
  readonly from: number;
  readonly width: number;
  /** Share of the targets, and of the impostors, in each bin. */
  readonly targets: readonly number[];
  readonly impostors: readonly number[];
}

/** Scores in `bins` bins of equal width between the least and the highest. */
export function histogram(trials: Trials, bins = 40): Histogram {
  let from = Infinity;
  let to = -Infinity;
  for (const score of trials.scores) {
    from = Math.min(from, score);
    to = Math.max(to, score);
  }
  const width = (to - from) / bins || 1;
  const counts = [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)] as const;
  const sums = [0, 0];
  trials.scores.forEach((score, i) => {
    const kind = trials.targets[i] ? 1 : 0;
    counts[kind][Math.min(bins - 1, Math.floor((score - from) / width))]!++;
    sums[kind]!++;
  });
  const share = (kind: 0 | 1) => counts[kind].map((count) => count / Math.max(1, sums[kind]!));
  return { from, width, targets: share(1), impostors: share(0) };
}
