import { z } from 'zod';
import { VouchError } from '../../errors.js';
import type { CalibrationFile, CalibrationMapFile } from '../../scoring/index.js';
import { readCsv } from '../manifest.js';
import { boundsOf, crossValidate, fitQuality, fitWeights, LIMITS, llrOf } from './fit.js';
import type { CalibrationRow } from './rows.js';

/** What an operator logged of calls whose outcome is known; the outcomes are those of `ReportOutcome`. */
const Row = z.object({
  score: z.coerce.number().min(-1).max(1),
  net_speech_ms: z.coerce.number().positive(),
  snr_db: z.union([z.literal('').transform(() => null), z.coerce.number()]),
  source: z.string(),
  outcome: z.enum(['GENUINE_CONFIRMED', 'QUESTIONS_PASSED', 'FRAUD_CONFIRMED', 'QUESTIONS_FAILED']),
  /** A pseudonym, where rows of one caller are to stay together. */
  speaker: z.string().min(1).optional(),
});

/** Fewer of either kind decide nothing. */
const FEWEST = 50;
const TARGETS = [0.05, 0.02, 0.01, 0.005] as const;

/**
 * Reads logged comparisons.
 * @throws VouchError FIELD_INVALID for a malformed row, or for too few of either kind.
 */
export async function readLoggedRows(path: string): Promise<CalibrationRow[]> {
  const rows: CalibrationRow[] = [];
  for await (const row of readCsv(path, Row)) {
    const name = row.speaker ?? `row ${rows.length}`;
    rows.push({
      enrolled: name,
      tested: name,
      target: row.outcome === 'GENUINE_CONFIRMED' || row.outcome === 'QUESTIONS_PASSED',
      score: row.score,
      netSpeechMs: row.net_speech_ms,
      quality: { snrDb: row.snr_db, clippedShare: 0, levelDbfs: null, bandwidthHz: null },
      corpus: 'logged',
      condition: row.source,
      channel: 'logged',
      windows: 1,
    });
  }
  const targets = rows.filter(({ target }) => target).length;
  if (targets < FEWEST || rows.length - targets < FEWEST) {
    throw new VouchError('FIELD_INVALID', {
      field: 'rows',
      message: `A fit needs at least ${FEWEST} genuine and ${FEWEST} impostor rows; there are ${targets} and ${rows.length - targets}.`,
    });
  }
  return rows;
}

/** What a calibration from logged rows is called, and which space its scores are of. */
export interface LoggedCalibration {
  readonly id: string;
  readonly version: number;
  readonly spaces: CalibrationMapFile['spaces'];
  readonly models: Readonly<Record<string, readonly string[]>>;
}

/**
 * Fits a calibration to logged rows. A row stands for its call, so thresholds hold for one comparison and as many looks as
 * the logging had; rates that 3 / rate impostor rows do not support are left out.
 */
export function calibrateFromRows(
  rows: readonly CalibrationRow[],
  about: LoggedCalibration,
): CalibrationFile {
  const heldOut = crossValidate(rows, LIMITS);
  const llr = boundsOf(heldOut, rows);
  const weights = fitWeights(rows, LIMITS);
  const impostors = heldOut.rows
    .flatMap((row, i) => (row.target ? [] : [heldOut.llrs[i]!]))
    .sort((a, b) => a - b);
  const thresholds = TARGETS.filter((rate) => impostors.length * rate >= 3).flatMap(
    (targetFalseMatchRate) => {
      const allowed = Math.floor(targetFalseMatchRate * impostors.length);
      const threshold = impostors[impostors.length - 1 - allowed]! + 1e-6;
      if (threshold > llr.max) return [];
      const rate = impostors.filter((each) => each >= threshold).length / impostors.length;
      return [
        { targetFalseMatchRate, llr: Math.max(0, threshold), measured: measuredRate(rate, impostors.length) },
      ];
    },
  );
  if (thresholds.length === 0) {
    throw new VouchError('FIELD_INVALID', {
      field: 'rows',
      message: 'The impostor rows support no false-match rate.',
    });
  }
  return {
    formatVersion: 2,
    id: about.id,
    version: about.version,
    warning:
      'Fitted to logged calls: genuine callers who were turned away, and frauds that nobody noticed, are not in it.',
    shipped: false,
    models: Object.fromEntries(Object.entries(about.models).map(([id, hashes]) => [id, [...hashes]])),
    maps: [{ spaces: about.spaces, weights, ...LIMITS, llr, thresholdComparisons: 1, thresholds }],
    provenance: {
      method:
        'logistic regression with a ridge, on logged rows; cross-validated by caller where callers are told apart',
      rows: { targets: rows.filter(({ target }) => target).length, impostors: impostors.length },
      sources: [...new Set(rows.map(({ condition }) => condition))],
      cllrHeldOut: fitQuality(heldOut, llr),
      meanLlr: {
        genuine: mean(rows.filter(({ target }) => target).map((row) => llrOf(row, weights, LIMITS))),
        impostors: mean(rows.filter(({ target }) => !target).map((row) => llrOf(row, weights, LIMITS))),
      },
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With the 95 % interval of Wilson (1927): nothing is known of whose rows they are. */
function measuredRate(rate: number, impostorTrials: number) {
  const z = 1.96;
  const scale = 1 + z ** 2 / impostorTrials;
  const middle = rate + z ** 2 / (2 * impostorTrials);
  const half = z * Math.sqrt((rate * (1 - rate)) / impostorTrials + z ** 2 / (4 * impostorTrials ** 2));
  const low = Math.max(0, (middle - half) / scale);
  return { rate, low: Math.min(rate, low), high: (middle + half) / scale, impostorTrials, speakers: 0 };
}
