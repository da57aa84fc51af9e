import { readFileSync } from 'node:fs';
import test from 'ava';
import { CAMPPLUS_FILTERBANK, Filterbank, subtractMeanPerBin } from '../../src/audio/index.js';
import { FRONT_END_SIGNALS } from '../helpers/front-end-signals.js';

interface Reference {
  readonly signals: readonly {
    readonly name: string;
    readonly frames: number;
    readonly firstSamples: readonly number[];
    readonly frameIndices: readonly number[];
    readonly fbank: readonly (readonly number[])[];
    readonly meanOverFrames: readonly number[];
  }[];
}

const reference = JSON.parse(readFileSync('models/reference/fbank.json', 'utf8')) as Reference;
const models = JSON.parse(readFileSync('models/models.json', 'utf8')) as {
  models: { id: string; sampleRateHz: number; frontEnd: Record<string, unknown> }[];
};
const filterbank = new Filterbank();

test('the defaults are those of the model', (t) => {
  for (const { id, sampleRateHz, frontEnd } of models.models) {
    if (id.startsWith('campplus')) t.like({ ...frontEnd, sampleRateHz }, { ...CAMPPLUS_FILTERBANK }, id);
  }
});

for (const { name, frames, firstSamples, frameIndices, fbank, meanOverFrames } of reference.signals) {
  const signal = FRONT_END_SIGNALS[name]!;

  test(`${name}: the signal is that of the reference`, (t) => {
    firstSamples.forEach((value, n) => {
      t.true(Math.abs(signal[n]! - value) < 1e-7);
    });
  });

  test(`${name}: agrees with Kaldi to 1e-3`, (t) => {
    const features = filterbank.compute(signal);
    t.is(features.length, frames * 80);
    let worst = 0;
    frameIndices.forEach((frame, row) => {
      fbank[row]!.forEach((value, bin) => {
        worst = Math.max(worst, Math.abs(features[frame * 80 + bin]! - value));
      });
    });
    t.true(worst < 1e-3, `differs by ${worst}`);
  });

  test(`${name}: the mean over all frames agrees, and is what is subtracted`, (t) => {
    const features = filterbank.compute(signal);
    const normalised = features.slice();
    subtractMeanPerBin(normalised, frames, 80);
    features.forEach((value, at) => {
      t.true(Math.abs(value - normalised[at]! - meanOverFrames[at % 80]!) < 1e-3);
    });
  });
}

test('only whole frames count', (t) => {
  t.is(filterbank.frameCount(0), 0);
  t.is(filterbank.frameCount(399), 0);
  t.is(filterbank.frameCount(400), 1);
  t.is(filterbank.frameCount(559), 1);
  t.is(filterbank.frameCount(560), 2);
  t.is(filterbank.compute(new Float32Array(399)).length, 0);
});

test('silence lies on the floor, ln 2^-23', (t) => {
  t.true(filterbank.compute(new Float32Array(400)).every((v) => Math.abs(v + 15.942385) < 1e-5));
});

test('an output that is given is used, and nothing beyond the frames is written', (t) => {
  const signal = FRONT_END_SIGNALS['sines-and-chirp']!.subarray(0, 720);
  const out = new Float32Array(4 * 80).fill(7);
  t.is(filterbank.compute(signal, out), out);
  t.deepEqual(out.slice(0, 240), filterbank.compute(signal));
  t.true(out.subarray(240).every((v) => v === 7));
});

test('it makes no difference to a frame which others go with it, or went before', (t) => {
  const signal = FRONT_END_SIGNALS['sines-and-chirp']!.subarray(0, 400 + 9 * 160);
  const features = filterbank.compute(signal);
  for (let frame = 0; frame < 10; frame++) {
    const alone = filterbank.compute(signal.subarray(frame * 160, frame * 160 + 400));
    t.deepEqual(alone, features.slice(frame * 80, (frame + 1) * 80), `frame ${frame}`);
  }
});
