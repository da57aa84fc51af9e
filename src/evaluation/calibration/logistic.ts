/** Rows of features with labels: what a logistic regression is fitted to. */
export interface LabelledRows {
  /** Row after row; the first feature of each is the constant 1. */
  readonly features: Float64Array;
  readonly width: number;
  readonly targets: Uint8Array;
  /** What each row counts; targets and impostors should weigh the same, so that the result is an LLR. */
  readonly weights: Float64Array;
}

const MOST_STEPS = 50;
/** The fit has settled when no weight moves by more than this, in units of a feature's spread. */
const SETTLED = 1e-8;

/**
 * Weights of a logistic regression, by Newton's method (iteratively reweighted least squares; Bishop, "Pattern
 * Recognition and Machine Learning", 4.3.3). With targets and impostors of equal weight the log-odds are the
 * log-likelihood ratio (Brümmer and du Preez, "Application-independent evaluation of speaker detection", 2006).
 * @param ridge penalty on the squares of the weights, features scaled to a spread of 1, the constant left free.
 * @throws Error when the rows do not decide the weights.
 */
export function fitLogistic(rows: LabelledRows, ridge: number): Float64Array {
  const scale = scaleOf(rows);
  const { width } = rows;
  const weights = new Float64Array(width);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, hessian } = derivatives(rows, scale, weights, ridge);
    const move = solve(hessian, gradient);
    let furthest = 0;
    for (let k = 0; k < width; k++) {
      weights[k]! -= move[k]!;
      furthest = Math.max(furthest, Math.abs(move[k]!));
    }
    if (!Number.isFinite(furthest)) throw new Error('the rows do not decide the weights');
    if (furthest < SETTLED) break;
  }
  return unscaled(weights, scale);
}

interface Scale {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

function scaleOf({ features, width, weights }: LabelledRows): Scale {
  const mean = new Float64Array(width);
  const spread = new Float64Array(width);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    for (let k = 1; k < width; k++) mean[k]! += (weights[i]! / total) * features[i * width + k]!;
  }
  for (let i = 0; i < weights.length; i++) {
    for (let k = 1; k < width; k++) {
      spread[k]! += (weights[i]! / total) * (features[i * width + k]! - mean[k]!) ** 2;
    }
  }
  return { mean, spread: spread.map((variance) => Math.sqrt(variance) || 1) };
}

function derivatives(
  { features, width, targets, weights: counts }: LabelledRows,
  { mean, spread }: Scale,
  weights: Float64Array,
  ridge: number,
) {
  const gradient = new Float64Array(width);
  const hessian = Array.from({ length: width }, () => new Float64Array(width));
  const row = new Float64Array(width);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let i = 0; i < counts.length; i++) {
    let logOdds = 0;
    for (let k = 0; k < width; k++) {
      row[k] = k === 0 ? 1 : (features[i * width + k]! - mean[k]!) / spread[k]!;
      logOdds += weights[k]! * row[k]!;
    }
    const p = 1 / (1 + Math.exp(-logOdds));
    const count = counts[i]! / total;
    const error = count * (p - targets[i]!);
    const curvature = count * p * (1 - p);
    for (let k = 0; k < width; k++) {
      gradient[k]! += error * row[k]!;
      for (let j = 0; j <= k; j++) hessian[k]![j]! += curvature * row[k]! * row[j]!;
    }
  }
  for (let k = 0; k < width; k++) {
    for (let j = 0; j < k; j++) hessian[j]![k] = hessian[k]![j]!;
    hessian[k]![k]! += k > 0 ? ridge : 1e-12;
    if (k > 0) gradient[k]! += ridge * weights[k]!;
  }
  return { gradient, hessian };
}

/** Gaussian elimination with pivots; changes both. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    for (let row = column + 1; row < n; row++) {
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      for (let k = column; k < n; k++) matrix[row]![k]! -= factor * matrix[column]![k]!;
      right[row]! -= factor * right[column]!;
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) right[row]! -= matrix[row]![k]! * right[k]!;
    right[row]! /= matrix[row]![row]!;
  }
  return right;
}

function unscaled(weights: Float64Array, { mean, spread }: Scale): Float64Array {
  const result = Float64Array.from(weights, (weight, k) => (k === 0 ? weight : weight / spread[k]!));
  for (let k = 1; k < weights.length; k++) result[0]! -= result[k]! * mean[k]!;
  return result;
}
