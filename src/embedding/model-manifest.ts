import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SPEECH_RATE_HZ } from '../domain/audio.js';
import { VouchError } from '../errors.js';

/** By this name a stream is told to run the countermeasure, as by a space's id to embed in the space. */
export const COUNTERMEASURE = 'countermeasure';

const tensor = z.object({
  name: z.string(),
  type: z.string(),
  /** A number is fixed, a name may be any size. */
  shape: z.array(z.union([z.int().nonnegative(), z.string()])),
});

/** A dimension of any size, and of one. */
const size = z.union([z.int().positive(), z.string()]);
const one = z.union([z.literal(1), z.string()]);

const file = z.object({
  id: z.string(),
  /** Relative to the folder of models.json. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  inputs: z.array(tensor).min(1),
  outputs: z.array(tensor).min(1),
});

/** The fields that fix the Kaldi log-mel filterbank; whatever else they could be, this service does not compute. */
const kaldiFrontEnd = z.object({
  type: z.literal('kaldi-log-mel-filterbank'),
  melBins: z.int().positive(),
  frameLengthMs: z.number().positive(),
  frameShiftMs: z.number().positive(),
  fftSize: z.int().positive(),
  window: z.literal('povey'),
  preemphasis: z.number(),
  removeDcOffset: z.literal(true),
  snipEdges: z.literal(true),
  lowHz: z.number().nonnegative(),
  highHz: z.number().positive(),
  dither: z.literal(0),
  powerSpectrum: z.literal(true),
  useEnergy: z.literal(false),
  sampleScale: z.literal(1),
  meanNormalisation: z.string(),
  varianceNormalisation: z.literal(false),
});

/** The fields that fix GE2E's mel power spectrogram, with the same proviso. */
const melPowerFrontEnd = z
  .object({
    type: z.literal('mel-power-spectrogram'),
    melBins: z.int().positive(),
    frameLengthSamples: z.int().positive(),
    frameShiftSamples: z.int().positive(),
    fftSize: z.int().positive(),
    power: z.literal(2),
    logarithm: z.literal(false),
    lowHz: z.number().nonnegative(),
    highHz: z.number().positive(),
    snipEdges: z.literal(true),
    /** The root mean square that a window is brought to, dB relative to full scale. */
    levelDbfs: z.number().max(0),
    /** Frames in one input of the graph: longer windows go in as two. */
    chunkFrames: z.int().positive(),
  })
  .refine(({ fftSize, frameLengthSamples }) => fftSize === frameLengthSamples);

const speakerEmbedding = file.extend({
  task: z.literal('speaker-embedding'),
  /** Vectors of one space can be compared, whichever graph computed them. */
  space: z.string().refine((space) => space !== COUNTERMEASURE),
  /** Which graph of its space this is: `int8` is the fast one, for processors that compute it right. */
  variant: z.enum(['fp32', 'int8']),
  sampleRateHz: z.literal(SPEECH_RATE_HZ),
  /** Frames in a window: what the shipped calibration was fitted with. */
  windowFrames: z.int().positive(),
  frontEnd: z.discriminatedUnion('type', [kaldiFrontEnd, melPowerFrontEnd]),
  embeddingDim: z.int().positive(),
  /** At start the embedding of this signal must be as near to the stored one as this. */
  check: z.object({
    file: z.string(),
    signal: z.string(),
    embedding: z.string(),
    minimumCosine: z.number().min(0).max(1),
  }),
});

const speechActivity = file.extend({
  task: z.literal('speech-activity'),
  frontEnd: z.object({
    type: z.literal('waveform'),
    chunks: z
      .array(
        z.object({
          sampleRateHz: z.int().positive(),
          contextSamples: z.int().nonnegative(),
          chunkSamples: z.int().positive(),
        }),
      )
      .min(1),
  }),
});

/** Samples of one channel, in a batch of one: [batch, samples], or with the channel between. A number of samples is fixed. */
const waveformShape = z.union([z.tuple([one, size]), z.tuple([one, z.literal(1), size])]);

const countermeasure = file
  .extend({
    task: z.literal(COUNTERMEASURE),
    licence: z.string().min(1),
    sampleRateHz: z.literal(SPEECH_RATE_HZ),
    inputs: z.array(tensor.extend({ type: z.literal('float32'), shape: waveformShape })).length(1),
    /** Whatever else a model needs of its input belongs into its graph. */
    frontEnd: z.object({ type: z.literal('waveform'), sampleScale: z.literal(1) }),
    /** Where in the outputs a window's score is, the higher the more like a person's speech; and what it means. */
    score: z.object({
      output: z.string(),
      index: z.int().nonnegative().default(0),
      /** With the natural logarithm. */
      meaning: z.enum(['log-likelihood-ratio', 'probability']),
      /** Mean of a call below which its speech is suspected, in the score's own units. */
      suspectedBelow: z.number(),
    }),
    /** At start the output of this signal must be as near to the stored one as this, each number of it. */
    check: z.object({
      file: z.string(),
      signal: z.string(),
      scores: z.string(),
      maximumDifference: z.number().positive(),
    }),
  })
  .refine(
    ({ outputs, score }) => outputs.some(({ name, type }) => name === score.output && type === 'float32'),
    {
      message: 'score.output must be one of the outputs, of type float32',
    },
  )
  .refine(
    ({ score }) => score.meaning !== 'probability' || (score.suspectedBelow > 0 && score.suspectedBelow < 1),
    { message: 'score.suspectedBelow must be a probability between 0 and 1' },
  );

const manifest = z.object({
  version: z.literal(1),
  models: z.array(z.discriminatedUnion('task', [speakerEmbedding, speechActivity, countermeasure])),
});

export type TensorManifest = z.infer<typeof tensor>;
export type KaldiFrontEnd = z.infer<typeof kaldiFrontEnd>;
export type MelPowerFrontEnd = z.infer<typeof melPowerFrontEnd>;
export type SpeakerEmbeddingManifest = z.infer<typeof speakerEmbedding>;
export type SpeechActivityManifest = z.infer<typeof speechActivity>;
export type CountermeasureManifest = z.infer<typeof countermeasure>;
export type ModelManifest = SpeakerEmbeddingManifest | SpeechActivityManifest | CountermeasureManifest;

/** All of models.json that the code needs; see models/models.json for the meaning of each field. */
export interface ModelsManifest {
  readonly speakerEmbedding: readonly SpeakerEmbeddingManifest[];
  readonly speechActivity: SpeechActivityManifest;
  /** What synthetic speech is noticed by; none comes with the software. */
  readonly countermeasure: CountermeasureManifest | undefined;
}

/**
 * Reads `models.json` of a folder.
 * @throws VouchError MODEL_INVALID when it is missing, cannot be read, or does not describe what is needed.
 */
export async function readModelsManifest(modelsDir: string): Promise<ModelsManifest> {
  try {
    const text = await readFile(join(modelsDir, 'models.json'), 'utf8');
    const { models } = manifest.parse(JSON.parse(text));
    const speechActivity = models.find((model) => model.task === 'speech-activity');
    if (!speechActivity) throw new Error('no model of task speech-activity');
    const [countermeasure, another] = models.filter((model) => model.task === 'countermeasure');
    if (another) throw new Error('more than one model of task countermeasure');
    return {
      speakerEmbedding: models.filter((model) => model.task === 'speaker-embedding'),
      speechActivity,
      countermeasure,
    };
  } catch (cause) {
    throw new VouchError('MODEL_INVALID', {
      message: `models.json cannot be used: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      metadata: { model: 'models.json' },
      cause,
    });
  }
}
