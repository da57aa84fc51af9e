import { z } from 'zod';
import { CALIBRATION_TERMS, leastSlope, type CalibrationTerm } from './calibration-terms.js';

const Rate = z.strictObject({
  /** Voiceprints that each call was compared with, over all claims. */
  comparisons: z.int().min(1),
  rate: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
  impostorTrials: z.int().min(0),
  speakers: z.int().min(0),
});

const Range = z
  .strictObject({ min: z.number(), max: z.number() })
  .refine(({ min, max }) => min < max, { message: 'min must be below max' });

const weightOf = Object.fromEntries(CALIBRATION_TERMS.map((term) => [term, z.number()])) as Record<
  CalibrationTerm,
  z.ZodNumber
>;

/** One map from scores, net speech and quality to a log-likelihood ratio, for certain embedding spaces. */
const CalibrationMapFile = z
  .strictObject({
    /** The space of the score, in which one voice is told from another. */
    space: z.string(),
    /** The space of the second opinion; null for a map that has none. */
    secondSpace: z.string().nullable(),
    /** Weights of the terms; the LLR is their sum, natural logarithm (calibration-terms.ts). */
    weights: z.strictObject(weightOf),
    /** Each measure is taken as between these: nothing is extrapolated. */
    limits: z.strictObject({
      netSpeechSeconds: Range.refine(({ min }) => min > 0),
      snrDb: Range,
      embeddingLength: Range,
      /** Between these the second opinion goes from its weight in noise to that on a quiet line. */
      levelSpreadDb: Range,
      bandContrastDb: Range,
      slowDecayDb: Range,
    }),
    /** The bounds that the number of trials supports. */
    llr: z.strictObject({ min: z.number().negative(), max: z.number().positive() }),
    /** Over whole calls: the LLR to reach for a false-match rate, to which the logarithm of the comparisons is added. */
    thresholds: z
      .array(
        z.strictObject({
          targetFalseMatchRate: z.number().gt(0).lt(1),
          baseLlr: z.number(),
          /** In the order of their comparisons. */
          measured: z.array(Rate).min(1),
        }),
      )
      .min(1),
  })
  .refine((map) => leastSlope(map) > 0, {
    path: ['weights'],
    message: 'let a higher score be weaker evidence',
  });

/** What came with version 4 of the format, as version 3 had it: it made nothing of the bands. */
const SINCE_4 = {
  weights: {
    bandContrast: 0,
    scoreTimesBandContrast: 0,
    secondScoreTimesBandContrast: 0,
    bandContrastTimesLnNetSpeech: 0,
    slowDecay: 0,
  },
  limits: { bandContrastDb: { min: 12, max: 32 }, slowDecayDb: { min: 0, max: 8 } },
} as const;

const without = (later: object) =>
  z.record(z.string(), z.unknown()).refine((part) => !Object.keys(later).some((name) => name in part));
const VersionThree = z.looseObject({
  formatVersion: z.literal(3),
  maps: z.array(z.looseObject({ weights: without(SINCE_4.weights), limits: without(SINCE_4.limits) })),
});

/** A file of version 3 as one of version 4; whatever else it is given, as it is. */
function sinceThree(file: unknown): unknown {
  const { success, data } = VersionThree.safeParse(file);
  if (!success) return file;
  const maps = data.maps.map((map) => ({
    ...map,
    weights: { ...map.weights, ...SINCE_4.weights },
    limits: { ...map.limits, ...SINCE_4.limits },
  }));
  return { ...data, formatVersion: 4, maps };
}

const VersionFour = z
  .strictObject({
    formatVersion: z.literal(4),
    id: z.string().min(1).max(64),
    version: z.int().min(1),
    /** What anybody who relies on it must know first. */
    warning: z.string(),
    /** True for the one that comes with the software, false for one fitted by the operator. */
    shipped: z.boolean(),
    /** The kinds of audio source that it was fitted to; UNKNOWN: calls that did not say. Left out where nothing is known. */
    sources: z
      .array(z.enum(['LANDLINE', 'MOBILE', 'VOIP', 'UNKNOWN']))
      .min(1)
      .optional(),
    /** The graphs of each space that were measured to be alike, by the sha256 of their files. */
    models: z.record(z.string(), z.array(z.string().regex(/^[0-9a-f]{64}$/)).min(1)),
    /** The first one whose spaces are all there counts; all have one `space`. */
    maps: z.array(CalibrationMapFile).min(1),
    /** On what it was fitted and how; for people. */
    provenance: z.record(z.string(), z.unknown()),
  })
  .refine((file) => file.maps.every((map) => map.space === file.maps[0]?.space), {
    path: ['maps'],
    message: 'score in different spaces',
  })
  .refine((file) => file.maps.flatMap(spacesOf).every((space) => space in file.models), {
    path: ['models'],
    message: 'names no graph of a space that a map needs',
  });

/** The format of models/calibration/<id>.json, made by `vouch calibrate`; the version before is read, too. */
export const CalibrationFile = z.preprocess(sinceThree, VersionFour);

export type CalibrationFile = z.infer<typeof CalibrationFile>;
export type CalibrationMapFile = z.infer<typeof CalibrationMapFile>;

/** The spaces that a map needs, that of the score first. */
export function spacesOf({
  space,
  secondSpace,
}: Pick<CalibrationMapFile, 'space' | 'secondSpace'>): string[] {
  return secondSpace === null ? [space] : [space, secondSpace];
}
