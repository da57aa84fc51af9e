import { z } from 'zod';

const Rate = z.strictObject({
  rate: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
  impostorTrials: z.int().min(0),
  speakers: z.int().min(0),
});

/** One map from score, net speech and SNR to a log-likelihood ratio, for certain embedding spaces. */
const CalibrationMapFile = z.strictObject({
  /** The spaces whose cosines make the score: their mean under these weights, so that it stays within -1 and 1. */
  spaces: z.array(z.strictObject({ id: z.string(), weight: z.number().positive() })).min(1),
  /** Weights of the terms; the LLR is their sum, natural logarithm. SNR counts in units of 10 dB. */
  weights: z.strictObject({
    bias: z.number(),
    score: z.number(),
    lnNetSpeech: z.number(),
    scoreTimesLnNetSpeech: z.number(),
    snr: z.number(),
    scoreTimesSnr: z.number(),
    snrTimesLnNetSpeech: z.number(),
  }),
  /** Net speech and SNR are taken as between these: nothing is extrapolated. */
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
});

/** The format of models/calibration/<id>.json, made by `vouch calibrate`. */
export const CalibrationFile = z
  .strictObject({
    formatVersion: z.literal(2),
    id: z.string().min(1).max(64),
    version: z.int().min(1),
    /** What anybody who relies on it must know first. */
    warning: z.string(),
    /** True for the one that comes with the software, false for one fitted by the operator. */
    shipped: z.boolean(),
    /** The graphs of each space that were measured to be alike, by the sha256 of their files. */
    models: z.record(z.string(), z.array(z.string().regex(/^[0-9a-f]{64}$/)).min(1)),
    /** The first one whose spaces are all there counts. */
    maps: z.array(CalibrationMapFile).min(1),
    /** On what it was fitted and how; for people. */
    provenance: z.record(z.string(), z.unknown()),
  })
  .refine((file) => file.maps.every((map) => map.spaces.every((space) => space.id in file.models)), {
    path: ['models'],
    message: 'names no graph of a space that a map needs',
  });

export type CalibrationFile = z.infer<typeof CalibrationFile>;
export type CalibrationMapFile = z.infer<typeof CalibrationMapFile>;
