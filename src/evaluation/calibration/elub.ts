/** LLRs with what each counts. */
export interface WeightedLlrs {
  readonly llrs: Float64Array;
  readonly weights: Float64Array;
}

const STEPS_PER_NAT = 50;
const FURTHEST = 12;

/**
 * The LLRs that so many trials support: empirical lower and upper bound. Vergeer, van Es, de Jongh, Alberink and Stoel,
 * "Numerical limits to the magnitude of likelihood ratios", Science & Justice 56 (2016): with one misleading trial of
 * each kind added, an LLR is supported where deciding by it still costs less than deciding by the prior alone.
 * @param targetCount,impostorCount independent trials behind the LLRs.
 */
export function empiricalBounds(
  targets: WeightedLlrs,
  impostors: WeightedLlrs,
  targetCount: number,
  impostorCount: number,
): { readonly min: number; readonly max: number } {
  const below = shareBelow(targets);
  const impostorsBelow = shareBelow(impostors);
  let min = 0;
  let max = 0;
  for (let step = -FURTHEST * STEPS_PER_NAT; step <= FURTHEST * STEPS_PER_NAT; step++) {
    const threshold = step / STEPS_PER_NAT;
    const misses = (below(threshold) * targetCount + 1) / (targetCount + 1);
    const falseAlarms = ((1 - impostorsBelow(threshold)) * impostorCount + 1) / (impostorCount + 1);
    // Prior odds at which this threshold is the one to decide by.
    const odds = Math.exp(-threshold);
    if (odds * misses + falseAlarms >= Math.min(odds, 1)) continue;
    min = Math.min(min, threshold);
    max = Math.max(max, threshold);
  }
  return { min, max };
}

function shareBelow({ llrs, weights }: WeightedLlrs): (threshold: number) => number {
  const order = Uint32Array.from(llrs.keys()).sort((a, b) => llrs[a]! - llrs[b]!);
  const sums = new Float64Array(order.length + 1);
  order.forEach((at, i) => (sums[i + 1] = sums[i]! + weights[at]!));
  const sorted = Float64Array.from(order, (at) => llrs[at]!);
  return (threshold) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < threshold) low = middle + 1;
      else high = middle;
    }
    return sums[low]! / sums[order.length]!;
  };
}
