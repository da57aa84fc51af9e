import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import {
  openOnnxSession,
  SpeechActivityModel,
  type SpeechActivityChunk,
} from '../../src/speech-activity/index.js';
import { fixtureSamples, MODELS_DIR, speechSamples } from '../helpers/speech.js';

const AT_16K = { sampleRateHz: 16_000, contextSamples: 64, chunkSamples: 512 };

async function load(chunk: SpeechActivityChunk): Promise<SpeechActivityModel> {
  const session = await openOnnxSession(await readFile(join(MODELS_DIR, 'silero_vad.16k.onnx')));
  return new SpeechActivityModel(session, chunk, 2, 128);
}

function chunks(samples: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: Math.floor(samples.length / length) }, (_, i) =>
    samples.subarray(i * length, (i + 1) * length),
  );
}

/** One stream, one chunk a run. */
async function probabilities(model: SpeechActivityModel, samples: Float32Array): Promise<number[]> {
  const state = model.start();
  const all: number[] = [];
  for (const chunk of chunks(samples, model.chunk.chunkSamples))
    all.push((await model.run([chunk], [state]))[0]!);
  return all;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('read speech is speech at telephone bandwidth and beyond', async (t) => {
  const model = await load(AT_16K);
  const telephone = await probabilities(model, speechSamples('reader_en/call-1.wav'));
  const wideband = await probabilities(model, fixtureSamples('edge/wideband-16k.wav'));
  t.true(mean(telephone) > 0.7, `telephone ${mean(telephone)}`);
  t.true(mean(wideband) > 0.7, `wideband ${mean(wideband)}`);
});

test('the rewritten graph says what the published one said', async (t) => {
  const { fixture, probabilities: published } = JSON.parse(
    await readFile(join(MODELS_DIR, 'reference/silero.json'), 'utf8'),
  ) as { fixture: string; probabilities: number[] };
  const found = await probabilities(await load(AT_16K), speechSamples(fixture));
  t.is(found.length, published.length);
  const difference = Math.max(...found.map((each, i) => Math.abs(each - published[i]!)));
  t.true(difference < 1e-5, `${difference}`);
});

test('streams in one run do not touch each other, to the last bit', async (t) => {
  const model = await load(AT_16K);
  const streams = ['carlo_it/call-1.wav', 'edge/noise.wav', 'june_fr/call-1.wav'].map((path) =>
    speechSamples(path).subarray(0, 100 * AT_16K.chunkSamples),
  );
  const alone = await Promise.all(streams.map((samples) => probabilities(model, samples)));
  const states = streams.map(() => model.start());
  for (let i = 0; i < 100; i++) {
    const together = await model.run(
      streams.map((samples) => chunks(samples, AT_16K.chunkSamples)[i]!),
      states,
    );
    t.deepEqual(
      together,
      alone.map((each) => each[i]!),
    );
  }
});
