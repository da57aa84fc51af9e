/** Comparisons with known answers. Trial i is one index into every array. */
export interface Trials {
  /** The higher, the more it speaks for the same speaker; an LLR where it is to be calibrated. */
  readonly scores: Float64Array;
  /** 1 where both are the same speaker, else 0. */
  readonly targets: Uint8Array;
  /** Whose voiceprint it was, and who spoke: 0 to `speakers` - 1. */
  readonly enrolled: Int32Array;
  readonly tested: Int32Array;
  readonly speakers: number;
}

/** Trials in rising order of score, which every measure of theirs needs. */
export type SortedTrials = Trials & { readonly sorted: true };

/** Sorts trials by score; new arrays. */
export function sortTrials(trials: Trials): SortedTrials {
  const order = Uint32Array.from(trials.scores.keys());
  order.sort((a, b) => trials.scores[a]! - trials.scores[b]!);
  return {
    scores: Float64Array.from(order, (i) => trials.scores[i]!),
    targets: Uint8Array.from(order, (i) => trials.targets[i]!),
    enrolled: Int32Array.from(order, (i) => trials.enrolled[i]!),
    tested: Int32Array.from(order, (i) => trials.tested[i]!),
    speakers: trials.speakers,
    sorted: true,
  };
}

/** A weight of 1 a trial. */
export function evenWeights(trials: Trials): Float64Array {
  return new Float64Array(trials.scores.length).fill(1);
}

/** How many trials are of the same speaker, and how many not. */
export function countTrials(trials: Trials): { targets: number; impostors: number } {
  const targets = trials.targets.reduce((sum, target) => sum + target, 0);
  return { targets, impostors: trials.targets.length - targets };
}

/** Both sums of weights. */
export function totals(trials: Trials, weights: Float64Array): { target: number; impostor: number } {
  const sums = { target: 0, impostor: 0 };
  for (let i = 0; i < weights.length; i++) {
    if (trials.targets[i]) sums.target += weights[i]!;
    else sums.impostor += weights[i]!;
  }
  return sums;
}
