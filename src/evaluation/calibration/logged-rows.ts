import { z } from 'zod';
import { UNKNOWN_QUALITY } from '../../domain/speech.js';
import { VouchError } from '../../errors.js';
import type { CalibrationFile, CalibrationMapFile } from '../../scoring/index.js';
import { readCsv } from '../manifest.js';
import {
  boundsOf,
  crossValidate,
  fitQuality,
  fitWeights,
  LIMITS,
  llrOf,
  unknownMeasures,
  type HeldOut,
} from './fit.js';
import type { CalibrationRow } from './rows.js';

const SOURCES = ['LANDLINE', 'MOBILE', 'VOIP', 'UNKNOWN'] as const;

/** What an operator logged of calls whose outcome is known; the outcomes are those of `ReportOutcome`. */
const maybe = z.union([z.literal('').transform(() => null), z.coerce.number()]);
const Row = z.object({
  score: z.coerce.number().min(-1).max(1),
  /** Where the call was compared in two spaces. */
  second_score: maybe.default(null),
  net_speech_ms: z.coerce.number().positive(),
  snr_db: maybe,
  embedding_length: maybe.default(null),
  level_spread_db: maybe.default(null),
  band_contrast_db: maybe.default(null),
  slow_decay_db: maybe.default(null),
  /** Empty: the call did not say. */
  source: z
    .string()
    .transform((text) => text.toUpperCase() || 'UNKNOWN')
    .pipe(z.enum(SOURCES)),
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
      secondScore: row.second_score,
      quality: {
        ...UNKNOWN_QUALITY,
        snrDb: row.snr_db,
        embeddingLength: row.embedding_length,
        levelSpreadDb: row.level_spread_db,
        bandContrastDb: row.band_contrast_db,
        slowDecayDb: row.slow_decay_db,
      },
      corpus: 'logged',
      condition: row.source,
      channel: 'logged',
      windows: 1,
    });
  }
  if (!isEnough(rows)) {
    const targets = targetsOf(rows);
    throw new VouchError('FIELD_INVALID', {
      field: 'rows',
      message: `A fit needs at least ${FEWEST} genuine and ${FEWEST} impostor rows; there are ${targets} and ${rows.length - targets}.`,
    });
  }
  return rows;
}

/** The sources that the rows are from. */
function sourcesOf(rows: readonly CalibrationRow[]): CalibrationFile['sources'] {
  const given = new Set(rows.map(({ condition }) => condition));
  return SOURCES.filter((source) => given.has(source));
}

function targetsOf(rows: readonly CalibrationRow[]): number {
  return rows.filter(({ target }) => target).length;
}

function isEnough(rows: readonly CalibrationRow[]): boolean {
  return Math.min(targetsOf(rows), rows.length - targetsOf(rows)) >= FEWEST;
}

/** What a calibration from logged rows is called, and which spaces its scores are of. */
export interface LoggedCalibration {
  readonly id: string;
  readonly version: number;
  readonly spaces: readonly [string, string?];
  readonly models: Readonly<Record<string, readonly string[]>>;
}

/**
 * Fits a calibration to logged rows: a map for those with a second score, where they are enough and it adds to the first, and
 * one without it for all.
 * A row stands for its call, so thresholds hold for one comparison and as many looks as the logging had; rates that 3 / rate
 * impostor rows do not support are left out.
 */
export function calibrateFromRows(
  rows: readonly CalibrationRow[],
  { id, version, spaces, models }: LoggedCalibration,
): CalibrationFile {
  const [space, secondSpace] = spaces;
  const withSecond = rows.filter(({ secondScore }) => secondScore !== null);
  const fused = secondSpace !== undefined && isEnough(withSecond);
  const fits = [
    ...(fused ? fusedFit(withSecond, space, secondSpace) : []),
    fitRows(
      rows.map((row) => ({ ...row, secondScore: null })),
      space,
      null,
    ),
  ];
  return {
    formatVersion: 4,
    id,
    version,
    warning:
      'Fitted to logged calls: genuine callers who were turned away, and frauds that nobody noticed, are not in it.',
    shipped: false,
    sources: sourcesOf(rows),
    models: Object.fromEntries(Object.entries(models).map(([name, hashes]) => [name, [...hashes]])),
    maps: fits.map(({ map }) => map),
    provenance: {
      method:
        'logistic regression with a ridge, on logged rows; cross-validated by caller where callers are told apart',
      rows: {
        targets: targetsOf(rows),
        impostors: rows.length - targetsOf(rows),
        withSecondScore: withSecond.length,
        withoutMeasure: unknownMeasures(rows),
      },
      cllrHeldOut: fits.map(({ quality }) => quality),
      meanLlr: fits.map(({ meanLlr }) => meanLlr),
    },
  };
}

/** None where the second score is no evidence beside the first, in rows as few or as clean as these. */
function fusedFit(rows: readonly CalibrationRow[], space: string, secondSpace: string) {
  try {
    return [fitRows(rows, space, secondSpace)];
  } catch (error) {
    if (error instanceof VouchError && error.reason === 'FIELD_INVALID') return [];
    throw error;
  }
}

function fitRows(rows: readonly CalibrationRow[], space: string, secondSpace: string | null) {
  const heldOut = crossValidate(rows);
  const llr = boundsOf(heldOut, rows);
  const weights = fitWeights(rows);
  const thresholds = thresholdsOfRows(heldOut, llr.max);
  if (thresholds.length === 0) {
    throw new VouchError('FIELD_INVALID', {
      field: 'rows',
      message: 'The impostor rows support no false-match rate.',
    });
  }
  const mean = (target: boolean) => {
    const chosen = rows.filter((row) => row.target === target);
    return chosen.reduce((sum, row) => sum + llrOf(row, weights), 0) / chosen.length;
  };
  return {
    map: { space, secondSpace, weights, limits: LIMITS, llr, thresholds },
    quality: fitQuality(heldOut, llr),
    meanLlr: { genuine: mean(true), impostors: mean(false) },
  };
}

function thresholdsOfRows({ rows, llrs }: HeldOut, highest: number): CalibrationMapFile['thresholds'] {
  const impostors = rows.flatMap((row, i) => (row.target ? [] : [llrs[i]!])).sort((a, b) => a - b);
  return TARGETS.filter((rate) => impostors.length * rate >= 3).flatMap((targetFalseMatchRate) => {
    const allowed = Math.floor(targetFalseMatchRate * impostors.length);
    const threshold = impostors[impostors.length - 1 - allowed]! + 1e-6;
    if (threshold > highest) return [];
    const rate = impostors.filter((each) => each >= threshold).length / impostors.length;
    const measured = [{ comparisons: 1, ...measuredRate(rate, impostors.length) }];
    return [{ targetFalseMatchRate, baseLlr: Math.max(0, threshold), measured }];
  });
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
