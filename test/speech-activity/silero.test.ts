import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import {
  openOnnxSession,
  SpeechActivityModel,
  type SpeechActivityChunk,
} from '../../src/speech-activity/index.js';
import { fixtureSamples, MODELS_DIR } from '../helpers/speech.js';

const AT_8K = { sampleRateHz: 8000, contextSamples: 32, chunkSamples: 256 };
const AT_16K = { sampleRateHz: 16_000, contextSamples: 64, chunkSamples: 512 };

async function load(chunk: SpeechActivityChunk): Promise<SpeechActivityModel> {
  const session = await openOnnxSession(await readFile(join(MODELS_DIR, 'silero_vad.onnx')));
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

test('read speech is speech at 8 and at 16 kHz', async (t) => {
  const at8k = await probabilities(await load(AT_8K), fixtureSamples('reader_en/call-1.wav'));
  const at16k = await probabilities(await load(AT_16K), fixtureSamples('edge/wideband-16k.wav'));
  t.true(mean(at8k) > 0.7, `8 kHz ${mean(at8k)}`);
  t.true(mean(at16k) > 0.7, `16 kHz ${mean(at16k)}`);
});

test('streams in one run do not touch each other, to the last bit', async (t) => {
  const model = await load(AT_8K);
  const streams = ['carlo_it/call-1.wav', 'edge/noise.wav', 'june_fr/call-1.wav'].map((path) =>
    fixtureSamples(path).subarray(0, 100 * AT_8K.chunkSamples),
  );
  const alone = await Promise.all(streams.map((samples) => probabilities(model, samples)));
  const states = streams.map(() => model.start());
  for (let i = 0; i < 100; i++) {
    const together = await model.run(
      streams.map((samples) => chunks(samples, AT_8K.chunkSamples)[i]!),
      states,
    );
    t.deepEqual(
      together,
      alone.map((each) => each[i]!),
    );
  }
});
