import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { SPEECH_RATE_HZ } from '../domain/audio.js';
import { VouchError } from '../errors.js';
import { openOnnxSession, SpeechActivityModel } from '../speech-activity/index.js';
import { CountermeasureModel } from './countermeasure.js';
import { EmbeddingExtractor, normaliseLength } from './extractor.js';
import {
  readModelsManifest,
  type CountermeasureManifest,
  type ModelManifest,
  type SpeakerEmbeddingManifest,
  type SpeechActivityManifest,
  type TensorManifest,
} from './model-manifest.js';
import { referenceSignal } from './reference-signal.js';

/** Which graph of a space to use: one of the two, or `auto`, int8 where it computes right and fp32 elsewhere. */
export type Precision = 'auto' | 'fp32' | 'int8';

/** The spaces that windows are embedded in where nothing else is asked for. */
export const DEFAULT_SPACES: readonly string[] = ['campplus', 'ge2e'];

/** The models of one thread, loaded and verified. */
export interface SpeechModels {
  readonly activity: SpeechActivityModel;
  /** One an embedding space; all take windows of the same length. */
  readonly extractors: readonly EmbeddingExtractor[];
  /** The precision that was chosen where a space has a graph of each. */
  readonly precision: Exclude<Precision, 'auto'>;
  /** Where models.json names one. */
  readonly countermeasure: CountermeasureModel | undefined;
  /** Frees the sessions; nothing may run any more. */
  release(): Promise<void>;
}

/**
 * Loads the models that a thread needs and verifies each one: its file against the hash of models.json, its inputs and
 * outputs against the shapes there, and for all but speech activity what it computes against the stored reference. A wrong file fails
 * here, when the service starts, and never in a call.
 * @param modelsDir the folder of models.json.
 * @param spaces the embedding spaces to load, at least one.
 * @throws VouchError MODEL_INVALID, with the model's id as metadata `model`; FIELD_INVALID for no space.
 */
export async function loadModels(
  modelsDir: string,
  precision: Precision,
  spaces: readonly string[] = DEFAULT_SPACES,
): Promise<SpeechModels> {
  if (spaces.length === 0) throw new VouchError('FIELD_INVALID', { field: 'spaces' });
  const manifest = await readModelsManifest(modelsDir);
  const activity = await loadActivity(modelsDir, manifest.speechActivity);
  const speakers: LoadedSpeakerModel[] = [];
  for (const space of spaces) {
    const graphs = manifest.speakerEmbedding.filter((model) => model.space === space);
    const speaker = await loadSpeakerModel(modelsDir, space, graphs, precision);
    const [{ extractor: first } = speaker] = speakers;
    if (speaker.extractor.windowSamples !== first.windowSamples) {
      throw invalid(speaker.extractor.space.modelId, 'its windows are not as long as those of the others');
    }
    speakers.push(speaker);
  }
  const countermeasure =
    manifest.countermeasure && (await loadCountermeasure(modelsDir, manifest.countermeasure));
  return {
    activity: activity.model,
    extractors: speakers.map(({ extractor }) => extractor),
    precision: speakers.some(({ variant }) => variant === 'int8') ? 'int8' : 'fp32',
    countermeasure: countermeasure?.model,
    release: async () => {
      const loaded = [activity, ...speakers, ...(countermeasure ? [countermeasure] : [])];
      await Promise.all(loaded.map(({ session }) => session.release()));
    },
  };
}

function invalid(model: string, problem: string, cause?: unknown): VouchError {
  return new VouchError('MODEL_INVALID', { message: `${model}: ${problem}`, metadata: { model }, cause });
}

async function loadActivity(
  modelsDir: string,
  model: SpeechActivityManifest,
): Promise<{ session: InferenceSession; model: SpeechActivityModel }> {
  const chunk = model.frontEnd.chunks.find(({ sampleRateHz }) => sampleRateHz === SPEECH_RATE_HZ);
  const state = model.inputs.find(({ name }) => name === 'state')?.shape;
  const [layers, , width] = state ?? [];
  if (!chunk || typeof layers !== 'number' || typeof width !== 'number') {
    throw invalid(model.id, `models.json does not say how to run it at ${SPEECH_RATE_HZ} Hz`);
  }
  const session = await openGraph(modelsDir, model);
  return { session, model: new SpeechActivityModel(session, chunk, layers, width) };
}

async function loadCountermeasure(
  modelsDir: string,
  manifest: CountermeasureManifest,
): Promise<{ session: InferenceSession; model: CountermeasureModel }> {
  const { id, check } = manifest;
  const session = await openGraph(modelsDir, manifest);
  const model = new CountermeasureModel(session, manifest);
  try {
    const scores = await model.scores(signalOf(id, check.signal));
    const stored = await readReference(modelsDir, id, check, check.scores, scores.length);
    const off = Math.max(...scores.map((score, i) => Math.abs(score - stored[i]!)));
    // A score that is no number is off, too.
    if (!(off <= check.maximumDifference))
      throw invalid(id, `its scores are ${off} off the reference, allowed ${check.maximumDifference}`);
    if (manifest.score.index >= scores.length)
      throw invalid(id, `its output ${manifest.score.output} has ${scores.length} numbers`);
  } catch (error) {
    await session.release();
    throw error instanceof VouchError ? error : invalid(id, 'it cannot run', error);
  }
  return { session, model };
}

interface LoadedSpeakerModel {
  readonly session: InferenceSession;
  readonly extractor: EmbeddingExtractor;
  readonly variant: Exclude<Precision, 'auto'>;
}

/** @param graphs those of the space; where there is but one, the precision is no choice. */
async function loadSpeakerModel(
  modelsDir: string,
  space: string,
  graphs: readonly SpeakerEmbeddingManifest[],
  precision: Precision,
): Promise<LoadedSpeakerModel> {
  const order = precision === 'auto' || graphs.length === 1 ? (['int8', 'fp32'] as const) : [precision];
  const candidates = order.flatMap((variant) => graphs.filter((model) => model.variant === variant));
  let reason = `no graph of the space ${space} in models.json`;
  for (const model of candidates) {
    const session = await openGraph(modelsDir, model);
    const extractor = new EmbeddingExtractor(session, model);
    const cosine = await referenceCosine(modelsDir, model, extractor);
    if (cosine >= model.check.minimumCosine) return { session, extractor, variant: model.variant };
    await session.release();
    reason = `cosine ${cosine.toFixed(6)} to the reference embedding of ${model.id}, needed ${model.check.minimumCosine}`;
  }
  throw invalid(candidates.at(-1)?.id ?? space, reason);
}

/** Opens a graph whose file and shapes are those of the manifest. What is hashed is what is loaded. */
async function openGraph(modelsDir: string, model: ModelManifest): Promise<InferenceSession> {
  let graph: Buffer;
  try {
    graph = await readFile(join(modelsDir, model.file));
  } catch (cause) {
    throw invalid(model.id, `the file ${model.file} cannot be read`, cause);
  }
  if (createHash('sha256').update(graph).digest('hex') !== model.sha256) {
    throw invalid(model.id, `the file ${model.file} does not have the hash of models.json`);
  }
  let session: InferenceSession;
  try {
    session = await openOnnxSession(graph);
  } catch (cause) {
    throw invalid(model.id, 'ONNX Runtime cannot load it', cause);
  }
  const problem =
    tensorProblem('input', model.inputs, session.inputMetadata) ??
    tensorProblem('output', model.outputs, session.outputMetadata);
  if (problem === undefined) return session;
  await session.release();
  throw invalid(model.id, problem);
}

function tensorProblem(
  what: string,
  expected: readonly TensorManifest[],
  actual: readonly InferenceSession.ValueMetadata[],
): string | undefined {
  if (expected.length !== actual.length) return `${actual.length} ${what}s, not ${expected.length}`;
  for (const { name, type, shape } of expected) {
    const found = actual.find((each) => each.name === name);
    if (!found?.isTensor) return `no ${what} ${name}`;
    if (found.type !== type) return `${what} ${name} is ${found.type}, not ${type}`;
    // A graph may leave open what the manifest knows to be fixed, never the other way round.
    const fits =
      found.shape.length === shape.length &&
      found.shape.every((size, i) => typeof size === 'string' || size === shape[i]);
    if (!fits) return `${what} ${name} is ${found.shape.join(' x ')}, not ${shape.join(' x ')}`;
  }
  return undefined;
}

const referenceFile = z.object({ signals: z.array(z.looseObject({ name: z.string() })) });
const referenceVector = z.array(z.number()).min(1);

/** How near the embedding of the reference signal is to the stored one: their cosine. */
async function referenceCosine(
  modelsDir: string,
  model: SpeakerEmbeddingManifest,
  extractor: EmbeddingExtractor,
): Promise<number> {
  const { id, check } = model;
  const stored = await readReference(modelsDir, id, check, check.embedding, model.embeddingDim);
  const { vector } = await extractor.embed(signalOf(id, check.signal));
  return normaliseLength(stored).vector.reduce((sum, value, i) => sum + value * vector[i]!, 0);
}

function signalOf(model: string, name: string): Float32Array {
  const samples = referenceSignal(name);
  if (!samples) throw invalid(model, `no reference signal ${name}`);
  return samples;
}

/** What a model is to make of its reference signal: `length` numbers in the member `member` of the signal. */
async function readReference(
  modelsDir: string,
  model: string,
  { file, signal }: { readonly file: string; readonly signal: string },
  member: string,
  length: number,
): Promise<Float32Array> {
  try {
    const { signals } = referenceFile.parse(JSON.parse(await readFile(join(modelsDir, file), 'utf8')));
    const found = signals.find(({ name }) => name === signal)?.[member];
    return Float32Array.from(referenceVector.length(length).parse(found));
  } catch (cause) {
    throw invalid(model, `the reference in ${file} cannot be read`, cause);
  }
}
