import {
  CALIBRATION_MEASURES,
  CALIBRATION_TERMS,
  calibrationTerms,
  leastSlope,
  weightedSum,
  type CalibrationMapFile,
  type CalibrationMeasure,
  type CalibrationTerm,
} from '../../scoring/index.js';
import { VouchError } from '../../errors.js';
import { cllr, minimumCllr, sortTrials, type Trials } from '../metrics/index.js';
import { empiricalBounds } from './elub.js';
import { fitLogistic } from './logistic.js';
import { balancedWeights, type CalibrationRow } from './rows.js';

type Weights = CalibrationMapFile['weights'];

/**
 * Within which the measures count: from one window to ten of them; from speech hardly above the noise to a quiet line; from the
 * shortest embeddings of overlapped speech to the longest of clean; from where the second opinion begins to help; from babble as
 * loud as the caller to a quiet line; from no room to a hall (about the first and the last percent of what was seen).
 */
export const LIMITS: CalibrationMapFile['limits'] = {
  netSpeechSeconds: { min: 2.995, max: 30 },
  snrDb: { min: 5, max: 30 },
  embeddingLength: { min: 5.5, max: 9.2 },
  levelSpreadDb: { min: 18, max: 24 },
  bandContrastDb: { min: 12, max: 32 },
  slowDecayDb: { min: 0, max: 8 },
};
/** Found by trying: ten times as much shrinks the slope, a tenth changes nothing. */
const RIDGE = 1e-5;
const FOLDS = 10;

const TERMS_OF: Readonly<Record<CalibrationMeasure, readonly CalibrationTerm[]>> = {
  snrDb: ['snr', 'scoreTimesSnr', 'snrTimesLnNetSpeech'],
  embeddingLength: ['embeddingLength', 'scoreTimesEmbeddingLength', 'embeddingLengthTimesLnNetSpeech'],
  levelSpreadDb: ['levelSpread', 'secondScoreTimesLevelSpread'],
  bandContrastDb: [
    'bandContrast',
    'scoreTimesBandContrast',
    'secondScoreTimesBandContrast',
    'bandContrastTimesLnNetSpeech',
  ],
  slowDecayDb: ['slowDecay'],
};
const SECOND_TERMS: readonly CalibrationTerm[] = [
  'secondScore',
  ...TERMS_OF.levelSpreadDb,
  'secondScoreTimesBandContrast',
];
const DURATION_TERMS: readonly CalibrationTerm[] = ['scoreTimesLnNetSpeech'];

/**
 * How many rows do not know each measure, of those that some row does not. A fit does without these: rows from before a
 * measure was logged are of another time and of other callers, and a fit would take what is missing for evidence.
 */
export function unknownMeasures(
  rows: readonly CalibrationRow[],
): Partial<Record<CalibrationMeasure, number>> {
  const counts = CALIBRATION_MEASURES.map(
    (measure) => [measure, rows.filter(({ quality }) => quality[measure] === null).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Terms that a fit does without, in the order in which they are given up. */
function giveUp(rows: readonly CalibrationRow[]): (readonly CalibrationTerm[])[] {
  const unknown = (Object.keys(unknownMeasures(rows)) as CalibrationMeasure[]).flatMap(
    (measure) => TERMS_OF[measure],
  );
  if (rows.some(({ secondScore }) => secondScore === null)) unknown.push(...SECOND_TERMS);
  const { bandContrastDb: bands, embeddingLength: lengths, snrDb: snr } = TERMS_OF;
  return [
    unknown,
    [...unknown, ...bands],
    [...unknown, ...bands, ...lengths],
    [...unknown, ...bands, ...lengths, ...snr],
    [...unknown, ...bands, ...lengths, ...snr, ...DURATION_TERMS],
  ];
}

/**
 * Fits the weights of the map's terms to rows. What some row does not know has no weight; where the fit would let a higher score be
 * weaker evidence somewhere, which so few or so narrow rows can do, terms are given up until it does not.
 * @throws VouchError FIELD_INVALID where not even the score alone tells callers apart.
 */
export function fitWeights(all: readonly CalibrationRow[]): Weights {
  const rows = all.filter(({ judgedOnly }) => !judgedOnly);
  const secondSpace = rows.some((row) => row.secondScore === null) ? null : 'second';
  for (const without of giveUp(rows)) {
    const names = CALIBRATION_TERMS.filter((term) => !without.includes(term));
    const weights = fitTerms(rows, names);
    if (leastSlope({ weights, limits: LIMITS, secondSpace }) > 0) return weights;
  }
  throw new VouchError('FIELD_INVALID', {
    field: 'rows',
    message: 'In this speech a higher score is no evidence for the same speaker.',
  });
}

function fitTerms(rows: readonly CalibrationRow[], names: readonly CalibrationTerm[]): Weights {
  const features = new Float64Array(rows.length * names.length);
  rows.forEach((row, i) => {
    const terms = calibrationTerms(row, LIMITS);
    names.forEach((name, k) => (features[i * names.length + k] = terms[name]));
  });
  const fitted = fitLogistic(
    {
      features,
      width: names.length,
      targets: Uint8Array.from(rows, ({ target }) => (target ? 1 : 0)),
      weights: balancedWeights(rows),
    },
    RIDGE,
  );
  const weightOf = (name: CalibrationTerm) => (names.includes(name) ? fitted[names.indexOf(name)]! : 0);
  return Object.fromEntries(CALIBRATION_TERMS.map((name) => [name, weightOf(name)])) as Weights;
}

/** The LLR of a row, unbounded. */
export function llrOf(row: CalibrationRow, weights: Weights): number {
  return weightedSum(weights, calibrationTerms(row, LIMITS));
}

/** LLRs of rows neither of whose speakers was in the fit that they come from. */
export interface HeldOut {
  readonly rows: readonly CalibrationRow[];
  readonly llrs: Float64Array;
}

/**
 * Cross-validation by speaker: speakers are dealt into folds, and every row is judged by a fit to rows without any speaker
 * of the folds of its own two.
 */
export function crossValidate(rows: readonly CalibrationRow[]): HeldOut {
  const names = [...new Set(rows.flatMap(({ enrolled, tested }) => [enrolled, tested]))].sort();
  const foldOf = new Map(names.map((name, i) => [name, i % FOLDS]));
  const folds = rows.map(({ enrolled, tested }) =>
    [foldOf.get(enrolled)!, foldOf.get(tested)!].sort((a, b) => a - b),
  );
  const llrs = new Float64Array(rows.length);
  for (let first = 0; first < FOLDS; first++) {
    for (let second = first; second < FOLDS; second++) {
      const judged = folds.flatMap(([a, b], i) => (a === first && b === second ? [i] : []));
      if (judged.length === 0) continue;
      const isOutside = (fold: number) => fold !== first && fold !== second;
      const weights = fitWeights(rows.filter((_, i) => folds[i]!.every(isOutside)));
      for (const i of judged) llrs[i] = llrOf(rows[i]!, weights);
    }
  }
  return { rows, llrs };
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
