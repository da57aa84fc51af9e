/** A count of a number of trials, with its 95 % interval. */
export interface Share {
  readonly count: number;
  readonly trials: number;
  readonly low: number;
  readonly high: number;
}

/** The exact interval of Clopper and Pearson (Biometrika 26, 1934), found by halving. */
export function shareOf(count: number, trials: number): Share {
  const low = count === 0 ? 0 : solve((p) => 1 - cumulative(count - 1, trials, p) - 0.025);
  const high = count === trials ? 1 : solve((p) => 0.025 - cumulative(count, trials, p));
  return { count, trials, low, high };
}

/** Where a rising function of (0, 1) is 0. */
function solve(rising: (p: number) => number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability of at most `count` of `trials` where each has probability `p`. */
function cumulative(count: number, trials: number, p: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let k = 0; k <= count; k++) {
    if (k > 0) logChoose += Math.log((trials - k + 1) / k);
    sum += Math.exp(logChoose + k * Math.log(p) + (trials - k) * Math.log1p(-p));
  }
  return sum;
}
