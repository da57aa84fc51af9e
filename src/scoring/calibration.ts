import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ArtefactReference, MeasuredRate } from '../domain/decision.js';
import type { EmbeddingSpace, SpeechQuality } from '../domain/speech.js';
import { VouchError } from '../errors.js';

const Rate = z.strictObject({
  rate: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
  impostorTrials: z.int().min(0),
  speakers: z.int().min(0),
});

/** The file format of models/calibration/<id>.json. */
const CalibrationFile = z.strictObject({
  formatVersion: z.literal(1),
  id: z.string().min(1).max(64),
  version: z.int().min(1),
  /** What anybody who relies on it must know first. */
  warning: z.string(),
  /** True for the one that comes with the software, false for one fitted by the operator. */
  shipped: z.boolean(),
  /** The embedding space and the graphs of it that were measured to be alike, by sha256. */
  space: z.string(),
  modelSha256: z.array(z.string().regex(/^[0-9a-f]{64}$/)).min(1),
  /** Weights of the terms below; the LLR is their sum, natural logarithm. */
  weights: z.strictObject({
    bias: z.number(),
    score: z.number(),
    lnNetSpeech: z.number(),
    scoreTimesLnNetSpeech: z.number(),
    snr: z.number(),
    scoreTimesSnr: z.number(),
    snrTimesLnNetSpeech: z.number(),
  }),
  /** Net speech and SNR are taken as between these: nothing is extrapolated. SNR counts in units of 10 dB. */
  netSpeechSeconds: z.strictObject({ min: z.number().positive(), max: z.number().positive() }),
  snrDb: z.strictObject({ min: z.number(), max: z.number() }),
  /** The bounds that the number of trials supports. */
  llr: z.strictObject({ min: z.number().negative(), max: z.number().positive() }),
  /** For how many comparisons in a call (voiceprints of all claims) the thresholds below were measured. */
  thresholdComparisons: z.int().min(1),
  /** Over whole calls: the LLR to reach for a false-match rate. */
  thresholds: z
    .array(z.strictObject({ targetFalseMatchRate: z.number().gt(0).lt(1), llr: z.number(), measured: Rate }))
    .min(1),
  provenance: z.record(z.string(), z.unknown()),
});

type CalibrationFile = z.infer<typeof CalibrationFile>;

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

/**
 * The map from (score, net speech, quality) to a log-likelihood ratio, read from a file that says what it was fitted on.
 * Linear logistic regression on the score as in Brümmer and du Preez, "Application-independent evaluation of speaker
 * detection" (2006), with the length of the test and its SNR as side information (Mandasari, Saeidi, McLaren, van
 * Leeuwen, "Quality measure functions for calibration of speaker recognition systems in various duration conditions",
 * 2013).
 */
export class Calibration {
  readonly reference: ArtefactReference;
  readonly #file: CalibrationFile;

  private constructor(file: CalibrationFile, sha256: string) {
    this.#file = file;
    this.reference = { id: file.id, version: file.version, sha256 };
  }

  /** Reads a calibration. Throws CALIBRATION_INVALID when it is none or belongs to another model. */
  static async load(path: string, spaces: readonly EmbeddingSpace[]): Promise<Calibration> {
    let bytes: Buffer;
    let json: unknown;
    try {
      bytes = await readFile(path);
      json = JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      throw new VouchError('CALIBRATION_INVALID', { message: 'The calibration cannot be read.', cause });
    }
    const parsed = CalibrationFile.safeParse(json);
    if (!parsed.success) {
      throw new VouchError('CALIBRATION_INVALID', {
        message: 'The calibration is malformed.',
        cause: parsed.error,
      });
    }
    const file = parsed.data;
    const space = spaces.find((candidate) => candidate.id === file.space);
    if (!space || !file.modelSha256.includes(space.modelSha256)) {
      throw new VouchError('CALIBRATION_INVALID', { message: 'The calibration was made for another model.' });
    }
    return new Calibration(file, createHash('sha256').update(bytes).digest('hex'));
  }

  get shipped(): boolean {
    return this.#file.shipped;
  }

  /** The embedding space whose scores it maps. */
  get space(): string {
    return this.#file.space;
  }

  /**
   * @param score cosine, -1 to 1
   * @param netSpeechMs net speech behind the score, above 0
   */
  llr(score: number, netSpeechMs: number, quality: SpeechQuality): CalibratedLlr {
    const { weights, netSpeechSeconds, snrDb, llr: bounds } = this.#file;
    const lnNetSpeech = Math.log(clamp(netSpeechMs / 1000, netSpeechSeconds));
    // Not known is taken as bad: that costs a genuine caller some time, and an impostor gains nothing.
    const snr = clamp(quality.snrDb ?? snrDb.min, snrDb) / 10;
    const raw =
      weights.bias +
      weights.score * score +
      weights.lnNetSpeech * lnNetSpeech +
      weights.scoreTimesLnNetSpeech * score * lnNetSpeech +
      weights.snr * snr +
      weights.scoreTimesSnr * score * snr +
      weights.snrTimesLnNetSpeech * snr * lnNetSpeech;
    const llr = clamp(raw, bounds);
    return { llr, clipped: llr !== raw };
  }

  /**
   * The LLR to reach so that at most `targetFalseMatchRate` of impostor calls are accepted, over all looks of a call. The
   * thresholds were measured on whole calls with as many comparisons (voiceprints of all claims together) as the file
   * says; each comparison beyond gets its share of the target (Bonferroni). Between measured rates the stricter one's
   * threshold is taken.
   *
   * Where the trials support no rate that low the threshold is infinite: better no acceptance than one whose error rate
   * nobody knows.
   */
  acceptThreshold(targetFalseMatchRate: number, comparisons: number): Threshold {
    const { thresholds, thresholdComparisons } = this.#file;
    const share = targetFalseMatchRate / Math.max(1, comparisons / thresholdComparisons);
    const found = [...thresholds]
      .sort((a, b) => b.targetFalseMatchRate - a.targetFalseMatchRate)
      .find((entry) => entry.targetFalseMatchRate <= share * (1 + 1e-9));
    return found ? { llr: found.llr, measured: found.measured } : { llr: Infinity, measured: null };
  }
}

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}

/** 0 to 100: the posterior for even prior odds; 50 says that the audio speaks neither way. */
export function confidenceOf(llr: number): number {
  return 100 / (1 + Math.exp(-llr));
}
