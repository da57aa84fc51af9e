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
    snrShortfall: z.number(),
  }),
  /** Net speech is taken as between these, seconds, and SNR as at most the knee, dB: nothing is extrapolated. */
  netSpeechSeconds: z.strictObject({ min: z.number().positive(), max: z.number().positive() }),
  snrKneeDb: z.number(),
  /** The bounds that the number of trials supports. */
  llr: z.strictObject({ min: z.number().negative(), max: z.number().positive() }),
  /** Over whole calls, one voiceprint and one claim: the LLR to reach for a false-match rate, rising rates. */
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
  readonly llr: number;
  readonly measured: MeasuredRate;
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
    const { weights, netSpeechSeconds, snrKneeDb, llr: bounds } = this.#file;
    const seconds = Math.min(netSpeechSeconds.max, Math.max(netSpeechSeconds.min, netSpeechMs / 1000));
    const lnNetSpeech = Math.log(seconds);
    const shortfall = Math.max(0, snrKneeDb - (quality.snrDb ?? snrKneeDb));
    const raw =
      weights.bias +
      weights.score * score +
      weights.lnNetSpeech * lnNetSpeech +
      weights.scoreTimesLnNetSpeech * score * lnNetSpeech +
      weights.snrShortfall * shortfall;
    const llr = Math.min(bounds.max, Math.max(bounds.min, raw));
    return { llr, clipped: llr !== raw };
  }

  /**
   * The LLR to reach so that at most `targetFalseMatchRate` of impostor calls are accepted, over all looks of a call and
   * `comparisons` voiceprints (of all claims together). Each comparison gets its share of the target (Bonferroni), and
   * the measured threshold of the next stricter rate is taken; below the strictest one, the LLR grows as for calibrated
   * scores, of which at most exp(-t) of impostors exceed t (van Leeuwen and Brümmer, "An introduction to
   * application-independent evaluation of speaker recognition systems", 2007).
   */
  acceptThreshold(targetFalseMatchRate: number, comparisons: number): Threshold {
    const share = targetFalseMatchRate / Math.max(1, comparisons);
    const sorted = [...this.#file.thresholds].sort((a, b) => b.targetFalseMatchRate - a.targetFalseMatchRate);
    const found = sorted.find((entry) => entry.targetFalseMatchRate <= share * (1 + 1e-9));
    if (found) return { llr: found.llr, measured: found.measured };
    const strictest = sorted.at(-1);
    if (!strictest) throw new VouchError('CALIBRATION_INVALID');
    return {
      llr: strictest.llr + Math.log(strictest.targetFalseMatchRate / share),
      measured: strictest.measured,
    };
  }
}

/** 0 to 100: the posterior for even prior odds; 50 says that the audio speaks neither way. */
export function confidenceOf(llr: number): number {
  return 100 / (1 + Math.exp(-llr));
}
