import { totals, type SortedTrials, type Trials } from './trials.js';

/** The cost in bits of log-likelihood ratios: log2(1 + e^x), exact for large x. */
function bits(x: number): number {
  return (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))) / Math.LN2;
}

/**
 * Cost of log-likelihood ratios (natural logarithm): 0 for a perfect oracle, 1 for one that knows nothing and says so.
 * Brümmer and du Preez, "Application-independent evaluation of speaker detection", Computer Speech and Language 20
 * (2006), eq. 20.
 */
export function cllr(trials: Trials, weights: Float64Array): number {
  const all = totals(trials, weights);
  let target = 0;
  let impostor = 0;
  for (let i = 0; i < weights.length; i++) {
    const llr = trials.scores[i]!;
    if (trials.targets[i]) target += weights[i]! * bits(-llr);
    else impostor += weights[i]! * bits(llr);
  }
  return (target / all.target + impostor / all.impostor) / 2;
}

/** A stretch of scores that one calibrated value stands for. */
export interface CalibratedBlock {
  /** The first score that belongs to it. */
  readonly from: number;
  /** Shares of all targets, and of all impostors, within it. */
  readonly target: number;
  readonly impostor: number;
}

/**
 * The best that any rising map from score to LLR can do, by pool-adjacent-violators; the LLR of a block is
 * ln(target / impostor). The corners are the ROC's convex hull. Brümmer and du Preez (2006), section 6.
 */
export function poolAdjacentViolators(trials: SortedTrials, weights: Float64Array): CalibratedBlock[] {
  const { scores, targets } = trials;
  const all = totals(trials, weights);
  const blocks: { from: number; target: number; impostor: number }[] = [];
  for (let i = 0; i < scores.length;) {
    const block = { from: scores[i]!, target: 0, impostor: 0 };
    for (; i < scores.length && scores[i] === block.from; i++) {
      if (targets[i]) block.target += weights[i]! / all.target;
      else block.impostor += weights[i]! / all.impostor;
    }
    if (block.target === 0 && block.impostor === 0) continue;
    for (let last = blocks.at(-1); last && !rises(last, block); last = blocks.at(-1)) {
      blocks.pop();
      block.from = last.from;
      block.target += last.target;
      block.impostor += last.impostor;
    }
    blocks.push(block);
  }
  return blocks;
}

function rises(lower: CalibratedBlock, upper: CalibratedBlock): boolean {
  return lower.target * upper.impostor < upper.target * lower.impostor;
}

/** Cllr after the best rising map: what is left when calibration is perfect. */
export function minimumCllr(trials: SortedTrials, weights: Float64Array): number {
  let cost = 0;
  for (const { target, impostor } of poolAdjacentViolators(trials, weights)) {
    if (target > 0) cost += target * Math.log2(1 + impostor / target);
    if (impostor > 0) cost += impostor * Math.log2(1 + target / impostor);
  }
  return cost / 2;
}
