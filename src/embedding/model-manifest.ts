import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SPEECH_RATE_HZ } from '../domain/audio.js';
import { VouchError } from '../errors.js';

const tensor = z.object({
  name: z.string(),
  type: z.string(),
  /** A number is fixed, a name may be any size. */
  shape: z.array(z.union([z.int().nonnegative(), z.string()])),
});

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
  space: z.string(),
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

const manifest = z.object({
  version: z.literal(1),
  models: z.array(z.discriminatedUnion('task', [speakerEmbedding, speechActivity])),
});

export type TensorManifest = z.infer<typeof tensor>;
export type KaldiFrontEnd = z.infer<typeof kaldiFrontEnd>;
export type MelPowerFrontEnd = z.infer<typeof melPowerFrontEnd>;
export type SpeakerEmbeddingManifest = z.infer<typeof speakerEmbedding>;
export type SpeechActivityManifest = z.infer<typeof speechActivity>;
export type ModelManifest = SpeakerEmbeddingManifest | SpeechActivityManifest;

/** All of models.json that the code needs; see models/models.json for the meaning of each field. */
export interface ModelsManifest {
  readonly speakerEmbedding: readonly SpeakerEmbeddingManifest[];
  readonly speechActivity: SpeechActivityManifest;
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
    return {
      speakerEmbedding: models.filter((model) => model.task === 'speaker-embedding'),
      speechActivity,
    };
  } catch (cause) {
    throw new VouchError('MODEL_INVALID', {
      message: `models.json cannot be used: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      metadata: { model: 'models.json' },
      cause,
    });
  }
}
