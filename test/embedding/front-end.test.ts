import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MelSpectrogram } from '../../src/audio/index.js';
import { createFrontEnd } from '../../src/embedding/front-end.js';
import type { SpeakerEmbeddingManifest } from '../../src/embedding/model-manifest.js';
import { MODELS_DIR, speechSamples } from '../helpers/speech.js';

const { models } = JSON.parse(readFileSync(join(MODELS_DIR, 'models.json'), 'utf8')) as {
  models: SpeakerEmbeddingManifest[];
};
const ge2e = createFrontEnd(models.find(({ id }) => id === 'ge2e')!);
const speech = speechSamples('carlo_it/call-1.wav');
const BINS = 40;

test('ge2e gets a window as its first 160 frames and its last 160', (t) => {
  const { data, shape } = ge2e.compute(speech.subarray(0, ge2e.windowSamples));
  const frames = new MelSpectrogram().compute(speech.subarray(0, ge2e.windowSamples));
  t.deepEqual(shape, [2, 160, BINS]);
  t.is(frames.length, 298 * BINS);
  t.deepEqual(data.subarray(0, 160 * BINS), frames.subarray(0, 160 * BINS));
  t.deepEqual(data.subarray(160 * BINS), frames.subarray(138 * BINS));
});

for (const [frames, shape] of [
  [148, [1, 148, BINS]],
  [160, [1, 160, BINS]],
  [161, [2, 160, BINS]],
] as const) {
  test(`ge2e gets a rest of ${frames} frames as ${shape[0]}`, (t) => {
    const computed = ge2e.compute(speech.subarray(0, 400 + (frames - 1) * 160));
    t.deepEqual(computed.shape, shape);
    t.is(computed.data.length, shape[0] * shape[1] * BINS);
  });
}

test('ge2e hears no level', (t) => {
  const window = speech.subarray(0, ge2e.windowSamples);
  const loud = ge2e.compute(window).data;
  const quiet = ge2e.compute(window.map((sample) => sample / 64)).data;
  const worst = Math.max(...loud.map((value, i) => Math.abs(value - quiet[i]!)));
  t.true(worst <= 1e-5 * Math.max(...loud), String(worst));
});
