import type { CurveRate, OperatingCurve, OperatingCurves } from '../../domain/calibration.js';
import type { Calibration } from '../../scoring/index.js';
import type { Cell } from '../cells.js';
import type { Evaluation } from '../evaluate.js';
import { bootstrapWeights, drawSpeakers, evenWeights, percentileInterval } from '../metrics/index.js';

/** Net speech of the looks that curves are drawn for, s. */
const SECONDS: readonly number[] = [3, 6, 10];
/** Between two thresholds, natural logarithm: curves are to be looked at, not computed with. */
const STEP = 0.25;

/** What `--curve` writes: what thresholds of the calibration mean, for 3, 6 and 10 s of net speech. */
export function operatingCurves(
  { cells }: Evaluation,
  { reference, warning, maps }: Calibration,
  replicates: number,
): OperatingCurves & { readonly formatVersion: 1 } {
  const shown = cells.filter((cell) => cell.enrolment === 'fixed' && SECONDS.includes(cell.netSpeechSeconds));
  const bounds = maps[0]?.information.llr ?? { min: 0, max: 0 };
  const grid: number[] = [];
  for (let llr = Math.ceil(bounds.min / STEP) * STEP; llr <= bounds.max; llr += STEP) grid.push(llr);
  const corpora = [...new Set(shown.map(({ corpus }) => corpus))].map((corpus) => {
    const speakers = Math.max(...shown.filter((cell) => cell.corpus === corpus).map((cell) => cell.speakers));
    return `${corpus} (${speakers} speakers)`;
  });
  return {
    formatVersion: 1,
    calibration: reference,
    measuredOn: corpora.join(', '),
    caveat: `${warning} Of single looks against one voiceprint; where the calibration was fitted to the same recordings, the curves flatter.`,
    curves: shown.map((cell) => curveOf(cell, grid, replicates)),
  };
}

function curveOf(cell: Cell, grid: readonly number[], replicates: number): OperatingCurve {
  const { trials } = cell;
  const plain = ratesAt(cell, grid, evenWeights(trials));
  const drawn = drawSpeakers(trials.speakers, replicates).map((counts) =>
    ratesAt(cell, grid, bootstrapWeights(trials, counts)),
  );
  const rate = (which: 'falseMatch' | 'falseNonMatch', i: number): CurveRate => {
    const value = plain[i]![which];
    const interval = percentileInterval(drawn.map((rates) => rates[i]![which]));
    return {
      rate: round(value),
      low: round(Math.min(value, interval?.low ?? 0)),
      high: round(Math.max(value, interval?.high ?? 1)),
    };
  };
  return {
    corpus: cell.corpus,
    condition: cell.condition,
    netSpeechMs: 1000 * cell.netSpeechSeconds,
    genuineTrials: cell.targetTrials,
    impostorTrials: cell.impostorTrials,
    speakers: cell.speakers,
    points: grid.map((llr, i) => ({
      llr,
      falseMatch: rate('falseMatch', i),
      falseNonMatch: rate('falseNonMatch', i),
    })),
  };
}

/** For each threshold the weight of impostors at or above it and of the genuine below it, as shares. */
function ratesAt({ trials }: Cell, grid: readonly number[], weights: Float64Array) {
  // What falls between one threshold and the next; the first bin lies below all of them.
  const genuine = new Float64Array(grid.length + 1);
  const impostors = new Float64Array(grid.length + 1);
  trials.scores.forEach((score, i) => {
    const reached = Math.floor((score - (grid[0] ?? 0)) / STEP) + 1;
    const bin = Math.max(0, Math.min(grid.length, reached));
    (trials.targets[i] ? genuine : impostors)[bin]! += weights[i]!;
  });
  const sum = (bins: Float64Array) => bins.reduce((total, bin) => total + bin, 0);
  const all = { genuine: sum(genuine), impostors: sum(impostors) };
  return grid.map((_, i) => ({
    falseMatch: sum(impostors.subarray(i + 1)) / all.impostors,
    falseNonMatch: sum(genuine.subarray(0, i + 1)) / all.genuine,
  }));
}

/** More digits than any number of trials supports. */
function round(share: number): number {
  return Number(share.toFixed(6));
}
