import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ArtefactReference, MeasuredRate } from '../domain/decision.js';
import type { EmbeddingSpace, SpeechQuality } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import { CalibrationFile, type CalibrationMapFile } from './calibration-file.js';
import { cosine } from './vector.js';

export interface CalibratedLlr {
  /** Natural logarithm of the likelihood ratio, same speaker against different speaker. */
  readonly llr: number;
  /** Whether it was cut to the bounds. */
  readonly clipped: boolean;
}

export interface Threshold {
  /** Natural logarithm; infinite where the trials support no such rate. */
  readonly llr: number;
  readonly measured: MeasuredRate | null;
}

/** One vector an embedding space. */
export type Vectors = Readonly<Record<string, Float32Array>>;

/** The terms whose weighted sum is the LLR. */
export const CALIBRATION_TERMS = [
  'bias',
  'score',
  'lnNetSpeech',
  'scoreTimesLnNetSpeech',
  'snr',
  'scoreTimesSnr',
  'snrTimesLnNetSpeech',
] as const satisfies readonly (keyof CalibrationMapFile['weights'])[];

/**
 * What the terms are for one comparison.
 * @param netSpeechMs net speech behind the score, above 0
 */
export function calibrationTerms(
  score: number,
  netSpeechMs: number,
  quality: SpeechQuality,
  { netSpeechSeconds, snrDb }: Pick<CalibrationMapFile, 'netSpeechSeconds' | 'snrDb'>,
): CalibrationMapFile['weights'] {
  const lnNetSpeech = Math.log(clamp(netSpeechMs / 1000, netSpeechSeconds));
  // Not known is taken as bad: that costs a genuine caller some time, and an impostor gains nothing.
  const snr = clamp(quality.snrDb ?? snrDb.min, snrDb) / 10;
  return {
    bias: 1,
    score,
    lnNetSpeech,
    scoreTimesLnNetSpeech: score * lnNetSpeech,
    snr,
    scoreTimesSnr: score * snr,
    snrTimesLnNetSpeech: snr * lnNetSpeech,
  };
}

/**
 * The map from (score, net speech, SNR) to a log-likelihood ratio, for certain embedding spaces. Linear logistic regression
 * on the score as in Brümmer and du Preez, "Application-independent evaluation of speaker detection" (2006), with the
 * length of the test and its quality as side information (Mandasari, Saeidi, McLaren, van Leeuwen, "Quality measure
 * functions for calibration of speaker recognition systems in various duration conditions", 2013).
 */
export class CalibrationMap {
  constructor(private readonly file: CalibrationMapFile) {}

  /** The spaces that it needs, the one that speaker changes are looked for in first. */
  get spaces(): readonly string[] {
    return this.file.spaces.map((space) => space.id);
  }

  /** Mean of the cosines in its spaces, -1 to 1; undefined where one of the two has no vector in one of them. */
  score(test: Vectors, enrolled: Vectors): number | undefined {
    let sum = 0;
    let weights = 0;
    for (const { id, weight } of this.file.spaces) {
      const a = test[id];
      const b = enrolled[id];
      if (!a || !b) return undefined;
      sum += weight * cosine(a, b);
      weights += weight;
    }
    return sum / weights;
  }

  /** @param netSpeechMs net speech behind the score, above 0 */
  llr(score: number, netSpeechMs: number, quality: SpeechQuality): CalibratedLlr {
    const { weights, llr: bounds } = this.file;
    const terms = calibrationTerms(score, netSpeechMs, quality, this.file);
    let raw = 0;
    for (const name of CALIBRATION_TERMS) raw += weights[name] * terms[name];
    const llr = clamp(raw, bounds);
    return { llr, clipped: llr !== raw };
  }

  /**
   * The LLR to reach so that at most `targetFalseMatchRate` of impostor calls are accepted, over all looks of a call. The
   * thresholds were measured on whole calls with as many comparisons (voiceprints of all claims together) as the file
   * says; each comparison beyond gets its share of the target (Bonferroni). Between measured rates the stricter one's
   * threshold is taken. Where the trials support no rate that low the threshold is infinite: better no acceptance than one
   * whose error rate nobody knows.
   */
  acceptThreshold(targetFalseMatchRate: number, comparisons: number): Threshold {
    const { thresholds, thresholdComparisons } = this.file;
    const share = targetFalseMatchRate / Math.max(1, comparisons / thresholdComparisons);
    const found = thresholds
      .toSorted((a, b) => b.targetFalseMatchRate - a.targetFalseMatchRate)
      .find((entry) => entry.targetFalseMatchRate <= share * (1 + 1e-9));
    return found ? { llr: found.llr, measured: found.measured } : { llr: Infinity, measured: null };
  }
}

/** A calibration as it is used: read from a file that says what it was fitted on, and belongs to the models in use. */
export class Calibration {
  readonly reference: ArtefactReference;
  readonly shipped: boolean;
  /** What anybody who relies on it must know first. */
  readonly warning: string;
  /** In the order of preference. */
  readonly maps: readonly CalibrationMap[];

  /** @param spaces that are in use; maps that need others are left out */
  constructor(file: CalibrationFile, sha256: string, spaces: readonly string[]) {
    this.reference = { id: file.id, version: file.version, sha256 };
    this.shipped = file.shipped;
    this.warning = file.warning;
    this.maps = file.maps
      .filter((map) => map.spaces.every((space) => spaces.includes(space.id)))
      .map((map) => new CalibrationMap(map));
  }

  /** The embedding spaces that a calibration has a use for. Throws CALIBRATION_INVALID. */
  static async spacesOf(path: string): Promise<readonly string[]> {
    const { file } = await readFileOf(path);
    return [...new Set(file.maps.flatMap((map) => map.spaces.map((space) => space.id)))];
  }

  /** Reads a calibration. Throws CALIBRATION_INVALID when it is none or belongs to another model. */
  static async load(path: string, spaces: readonly EmbeddingSpace[]): Promise<Calibration> {
    const { file, sha256 } = await readFileOf(path);
    for (const { id, modelSha256 } of spaces) {
      const fitted = file.models[id];
      if (fitted && !fitted.includes(modelSha256)) throw otherModel();
    }
    const calibration = new Calibration(
      file,
      sha256,
      spaces.map((space) => space.id),
    );
    if (calibration.maps.length === 0) throw otherModel();
    return calibration;
  }

  /** The space that one voice is told from another in. */
  get primarySpace(): string {
    return this.maps[0]?.spaces[0] ?? '';
  }
}

async function readFileOf(path: string): Promise<{ file: CalibrationFile; sha256: string }> {
  try {
    const bytes = await readFile(path);
    const file = CalibrationFile.parse(JSON.parse(bytes.toString('utf8')));
    return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    throw new VouchError('CALIBRATION_INVALID', { message: 'The calibration cannot be read.', cause });
  }
}

function otherModel(): VouchError {
  return new VouchError('CALIBRATION_INVALID', { message: 'The calibration was made for another model.' });
}

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}

/** 0 to 100: the posterior for even prior odds; 50 says that the audio speaks neither way. */
export function confidenceOf(llr: number): number {
  return 100 / (1 + Math.exp(-llr));
}
