import { CALIBRATION_TERMS, calibrationTerms, type CalibrationMapFile } from '../../scoring/index.js';
import { cllr, minimumCllr, sortTrials, type Trials } from '../metrics/index.js';
import { empiricalBounds } from './elub.js';
import { fitLogistic } from './logistic.js';
import { balancedWeights, type CalibrationRow } from './rows.js';

export type Weights = CalibrationMapFile['weights'];
/** Within which net speech and SNR are taken as they are. */
export type Limits = Pick<CalibrationMapFile, 'netSpeechSeconds' | 'snrDb'>;

/** From one window to ten of them; from speech hardly above the noise to a quiet line. */
export const LIMITS: Limits = { netSpeechSeconds: { min: 2.995, max: 30 }, snrDb: { min: 5, max: 30 } };
/** Found by trying: ten times as much shrinks the slope, a tenth changes nothing. */
const RIDGE = 1e-5;
const FOLDS = 5;

function featuresOf(rows: readonly CalibrationRow[], limits: Limits): Float64Array {
  const width = CALIBRATION_TERMS.length;
  const features = new Float64Array(rows.length * width);
  rows.forEach(({ score, netSpeechMs, quality }, i) => {
    const terms = calibrationTerms(score, netSpeechMs, quality, limits);
    CALIBRATION_TERMS.forEach((name, k) => (features[i * width + k] = terms[name]));
  });
  return features;
}

/** Fits the weights of the map's terms to rows. */
export function fitWeights(rows: readonly CalibrationRow[], limits: Limits): Weights {
  const fitted = fitLogistic(
    {
      features: featuresOf(rows, limits),
      width: CALIBRATION_TERMS.length,
      targets: Uint8Array.from(rows, ({ target }) => (target ? 1 : 0)),
      weights: balancedWeights(rows),
    },
    RIDGE,
  );
  return Object.fromEntries(CALIBRATION_TERMS.map((name, k) => [name, fitted[k]!])) as Weights;
}

/** The LLR of a row, unbounded. */
export function llrOf(row: CalibrationRow, weights: Weights, limits: Limits): number {
  const terms = calibrationTerms(row.score, row.netSpeechMs, row.quality, limits);
  return CALIBRATION_TERMS.reduce((sum, name) => sum + weights[name] * terms[name], 0);
}

/** LLRs of rows neither of whose speakers was in the fit that they come from. */
export interface HeldOut {
  readonly rows: readonly CalibrationRow[];
  readonly llrs: Float64Array;
}

/**
 * Cross-validation by speaker: speakers are dealt into folds; rows within a fold are judged by a fit to rows without any
 * of its speakers. Rows between two folds are never judged.
 */
export function crossValidate(rows: readonly CalibrationRow[], limits: Limits): HeldOut {
  const names = [...new Set(rows.flatMap(({ enrolled, tested }) => [enrolled, tested]))].sort();
  const fold = new Map(names.map((name, i) => [name, i % FOLDS]));
  const heldOut: CalibrationRow[] = [];
  const llrs: number[] = [];
  for (let k = 0; k < FOLDS; k++) {
    const inside = (name: string) => fold.get(name) === k;
    const training = rows.filter(({ enrolled, tested }) => !inside(enrolled) && !inside(tested));
    const weights = fitWeights(training, limits);
    for (const row of rows) {
      if (!inside(row.enrolled) || !inside(row.tested)) continue;
      heldOut.push(row);
      llrs.push(llrOf(row, weights, limits));
    }
  }
  return { rows: heldOut, llrs: Float64Array.from(llrs) };
}

/**
 * The bounds of the LLR. The upper one, which acceptances rest on, counts pairs of speakers; the lower one counts genuine
 * tests of one window under one condition: it accepts nobody, and speakers alone would cut off what rejections need.
 */
export function boundsOf(
  { rows, llrs }: HeldOut,
  all: readonly CalibrationRow[],
): { min: number; max: number } {
  const weights = balancedWeights(rows);
  const pick = (target: boolean) => {
    const chosen = rows.flatMap((row, i) => (row.target === target ? [i] : []));
    return {
      llrs: Float64Array.from(chosen, (i) => llrs[i]!),
      weights: Float64Array.from(chosen, (i) => weights[i]!),
    };
  };
  const pairs = new Set(
    all.filter((row) => !row.target).map(({ enrolled, tested }) => [enrolled, tested].sort().join(' ')),
  );
  const perCondition = new Map<string, number>();
  for (const { target, windows, condition, channel } of all) {
    const key = `${condition} ${channel}`;
    if (target && windows === 1) perCondition.set(key, (perCondition.get(key) ?? 0) + 1);
  }
  return empiricalBounds(pick(true), pick(false), Math.max(1, ...perCondition.values()), pairs.size);
}

/** How well held-out rows of one kind are calibrated. */
export interface FitQuality {
  readonly corpus: string;
  readonly condition: string;
  readonly netSpeechSeconds: number;
  readonly targets: number;
  readonly impostors: number;
  readonly cllr: number;
  readonly cllrMin: number;
}

/** Cllr of each corpus, condition and length, after the bounds; cells with fewer than ten targets are left out. */
export function fitQuality({ rows, llrs }: HeldOut, bounds: { min: number; max: number }): FitQuality[] {
  const groups = new Map<string, number[]>();
  rows.forEach(({ corpus, condition, windows }, i) => {
    const key = JSON.stringify([corpus, condition, windows]);
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  });
  return [...groups.values()].flatMap((indices) => {
    const first = rows[indices[0]!]!;
    const targets = indices.filter((i) => rows[i]!.target).length;
    if (targets < 10 || targets === indices.length) return [];
    const trials: Trials = {
      scores: Float64Array.from(indices, (i) => Math.min(bounds.max, Math.max(bounds.min, llrs[i]!))),
      targets: Uint8Array.from(indices, (i) => (rows[i]!.target ? 1 : 0)),
      enrolled: new Int32Array(indices.length),
      tested: new Int32Array(indices.length),
      speakers: 1,
    };
    const weights = new Float64Array(indices.length).fill(1);
    const sorted = sortTrials(trials);
    return [
      {
        corpus: first.corpus,
        condition: first.condition,
        netSpeechSeconds: first.netSpeechMs / 1000,
        targets,
        impostors: indices.length - targets,
        cllr: cllr(sorted, weights),
        cllrMin: minimumCllr(sorted, weights),
      },
    ];
  });
}
