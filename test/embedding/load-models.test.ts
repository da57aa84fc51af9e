import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadModels, type Precision } from '../../src/embedding/index.js';
import { VouchError } from '../../src/errors.js';
import { entry, modelsFolder, type ModelsFile } from '../helpers/models-folder.js';
import { dot, MODELS_DIR, rejection, speechSamples } from '../helpers/speech.js';
import { FRONT_END_SIGNALS } from '../helpers/front-end-signals.js';

/** The error that loading throws; the folder is removed. */
async function refusal(dir: string, precision: Precision): Promise<VouchError> {
  try {
    const models = await loadModels(dir, precision);
    await models.release();
  } catch (error) {
    if (error instanceof VouchError) return error;
    throw error;
  } finally {
    if (dir !== MODELS_DIR) await rm(dir, { recursive: true });
  }
  throw new Error('the models were not refused');
}

async function referenceEmbedding(file: string, field: string): Promise<Float32Array> {
  const text = await readFile(join(MODELS_DIR, 'reference', file), 'utf8');
  const { signals } = JSON.parse(text) as { signals: Record<string, number[]>[] };
  const vector = Float32Array.from(signals[0]![field]!);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

for (const [space, precision, file, field, minimum] of [
  ['campplus', 'fp32', 'fbank.json', 'embedding_fp32', 0.9999],
  ['campplus', 'int8', 'fbank.json', 'embedding_int8', 0.999],
  ['ge2e', 'auto', 'ge2e.json', 'embedding', 0.999],
] as const) {
  test(`${space}, ${precision}: the reference embedding to a cosine of ${minimum}`, async (t) => {
    const models = await loadModels(MODELS_DIR, precision, [space]);
    const { vector: embedding } = await models.extractors[0]!.embed(FRONT_END_SIGNALS['sines-and-chirp']!);
    const cosine = dot(embedding, await referenceEmbedding(file, field));
    await models.release();
    t.true(cosine >= minimum, String(cosine));
    t.log(cosine);
  });
}

test('the graphs agree on fixture speech to a cosine of 0.98 in every window', async (t) => {
  const fp32 = await loadModels(MODELS_DIR, 'fp32');
  const int8 = await loadModels(MODELS_DIR, 'int8');
  t.is(fp32.extractors[0]!.space.id, int8.extractors[0]!.space.id);
  const { windowSamples } = fp32.extractors[0]!;
  t.is(windowSamples, 47_920);
  let least = 1;
  for (const path of [
    'allison_en/call-1.wav',
    'carlo_it/call-1.wav',
    'june_fr/call-1.wav',
    'ivrvoice_ru/call-1.wav',
  ]) {
    const samples = speechSamples(path);
    for (let at = 0; at + windowSamples <= samples.length; at += windowSamples) {
      const window = samples.subarray(at, at + windowSamples);
      const [a, b] = await Promise.all(
        [fp32, int8].map(async ({ extractors }) => (await extractors[0]!.embed(window)).vector),
      );
      const cosine = dot(a!, b!);
      least = Math.min(least, cosine);
    }
  }
  await Promise.all([fp32.release(), int8.release()]);
  t.log(least);
  t.true(least >= 0.98, String(least));
});

test('embeddings have length 1, of a window and of a rest', async (t) => {
  const models = await loadModels(MODELS_DIR, 'auto');
  const speech = speechSamples('june_fr/call-1.wav');
  for (const extractor of models.extractors) {
    for (const samples of [23_960, 47_920]) {
      const { vector, length } = await extractor.embed(speech.subarray(0, samples));
      t.true(length > 0);
      t.is(vector.length, extractor.space.dimension);
      t.true(Math.abs(dot(vector, vector) - 1) < 1e-6);
    }
  }
  await models.release();
});

test('the spaces that are asked for are loaded, in that order; all have windows of one length', async (t) => {
  const models = await loadModels(MODELS_DIR, 'auto');
  t.deepEqual(
    models.extractors.map(({ space, windowSamples }) => [space.id, space.dimension, windowSamples]),
    [
      ['campplus', 192, 47_920],
      ['ge2e', 256, 47_920],
    ],
  );
  await models.release();
  const one = await loadModels(MODELS_DIR, 'auto', ['ge2e']);
  t.deepEqual(
    one.extractors.map(({ space }) => space.modelId),
    ['ge2e'],
  );
  await one.release();
});

test('a space that has no graph, and none at all, are refused', async (t) => {
  t.is(await rejection(loadModels(MODELS_DIR, 'auto', ['campplus', 'none'])), 'MODEL_INVALID');
  t.is(await rejection(loadModels(MODELS_DIR, 'auto', [])), 'FIELD_INVALID');
});

test('graphs with windows of different lengths do not go together', async (t) => {
  const error = await refusal(
    await modelsFolder((manifest) => (entry(manifest, 'ge2e')['windowFrames'] = 200)),
    'auto',
  );
  t.deepEqual([error.reason, error.metadata['model']], ['MODEL_INVALID', 'ge2e']);
});

test('the second extractor is verified as the first is', async (t) => {
  const graph = Uint8Array.from(await readFile(join(MODELS_DIR, 'ge2e.onnx')));
  graph[graph.length - 1]! ^= 1;
  const file = await refusal(await modelsFolder(() => undefined, { 'ge2e.onnx': graph }), 'auto');
  t.deepEqual([file.reason, file.metadata['model']], ['MODEL_INVALID', 'ge2e']);
  const change = (manifest: ModelsFile): void => {
    // Another level: the scaling is part of what is verified.
    Object.assign(entry(manifest, 'ge2e')['frontEnd'] as object, { levelDbfs: 0 });
  };
  const front = await refusal(await modelsFolder(change), 'auto');
  t.deepEqual([front.reason, front.metadata['model']], ['MODEL_INVALID', 'ge2e']);
});

test('a file that is not the one of the manifest is refused, and named', async (t) => {
  const graph = Uint8Array.from(await readFile(join(MODELS_DIR, 'campplus.int8.onnx')));
  graph[graph.length - 1]! ^= 1;
  const error = await refusal(await modelsFolder(() => undefined, { 'campplus.int8.onnx': graph }), 'auto');
  t.is(error.reason, 'MODEL_INVALID');
  t.is(error.metadata['model'], 'campplus-int8');
});

test('a file that is missing, or not a graph, is refused', async (t) => {
  const missing = await refusal(
    await modelsFolder((manifest) => (entry(manifest, 'silero-vad-16k').file = 'none.onnx')),
    'int8',
  );
  t.is(missing.metadata['model'], 'silero-vad-16k');
  const bytes = new TextEncoder().encode('no graph');
  const dir = await modelsFolder(
    (manifest) => {
      entry(manifest, 'campplus-fp32').sha256 = createHash('sha256').update(bytes).digest('hex');
    },
    { 'campplus.onnx': bytes },
  );
  const broken = await refusal(dir, 'fp32');
  t.deepEqual([broken.reason, broken.metadata['model']], ['MODEL_INVALID', 'campplus-fp32']);
});

test('a graph with other inputs or sizes is refused', async (t) => {
  const other = await refusal(
    await modelsFolder((manifest) => {
      const { file, sha256 } = entry(manifest, 'ge2e');
      Object.assign(entry(manifest, 'campplus-int8'), { file, sha256 });
    }),
    'int8',
  );
  t.deepEqual([other.reason, other.metadata['model']], ['MODEL_INVALID', 'campplus-int8']);
  const size = await refusal(
    await modelsFolder((manifest) => {
      entry(manifest, 'campplus-int8')['outputs'] = [
        { name: 'embedding', type: 'float32', shape: ['batch', 256] },
      ];
    }),
    'int8',
  );
  t.deepEqual([size.reason, size.metadata['model']], ['MODEL_INVALID', 'campplus-int8']);
});

test('a manifest without what the code must know is refused', async (t) => {
  const error = await refusal(
    await modelsFolder((manifest) => delete entry(manifest, 'campplus-int8')['windowFrames']),
    'auto',
  );
  t.deepEqual([error.reason, error.metadata['model']], ['MODEL_INVALID', 'models.json']);
});

test('where int8 does not compute its reference, auto takes fp32, and int8 by force is refused', async (t) => {
  // Stands for a processor that saturates: the stored embedding is another one.
  const change = (manifest: ModelsFile): void => {
    Object.assign(entry(manifest, 'campplus-int8')['check'] as object, { embedding: 'embedding_fp32' });
  };
  const dir = await modelsFolder(change);
  const models = await loadModels(dir, 'auto');
  t.is(models.precision, 'fp32');
  t.is(models.extractors[0]!.space.modelId, 'campplus-fp32');
  await models.release();
  t.is((await refusal(dir, 'int8')).reason, 'MODEL_INVALID');
});
