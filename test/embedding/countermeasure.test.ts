import { rm } from 'node:fs/promises';
import test from 'ava';
import { loadModels } from '../../src/embedding/index.js';
import { VouchError } from '../../src/errors.js';
import {
  entry,
  meanAmplitude,
  modelsFolder,
  repeated,
  withCountermeasure,
  type MadeUpCountermeasure,
} from '../helpers/models-folder.js';
import { MODELS_DIR, speechSamples } from '../helpers/speech.js';

function load(dir: string) {
  return loadModels(dir, 'int8', ['campplus']);
}

/** Why the models of a folder are not loaded; the folder is removed. */
async function refusal(folder: Promise<string>): Promise<[model: string | undefined, message: string]> {
  const dir = await folder;
  try {
    await (await load(dir)).release();
  } catch (error) {
    if (error instanceof VouchError && error.reason === 'MODEL_INVALID')
      return [error.metadata['model'], error.message];
    throw error;
  } finally {
    await rm(dir, { recursive: true });
  }
  throw new Error('the models were not refused');
}

const logit = (probability: number) => Math.log(probability / (1 - probability));

test('none comes with the software', async (t) => {
  const models = await load(MODELS_DIR);
  t.is(models.countermeasure, undefined);
  await models.release();
});

test('log odds of windows as they are, or as long as the graph wants them', async (t) => {
  const window = speechSamples('june_fr/call-1.wav').subarray(0, 47_920);
  for (const shape of [
    ['batch', 'samples'],
    [1, 1, 64_600],
    ['batch', 20_000],
  ]) {
    const score = { output: 'mean', meaning: 'probability', suspectedBelow: 0.25 };
    const dir = await withCountermeasure({ shape, says: { score } });
    const models = await load(dir);
    const { countermeasure } = models;
    const llr = await countermeasure!.bonaFideLlr(window);
    const expected = logit(meanAmplitude(repeated(window, shape.at(-1)!)));
    t.true(Math.abs(llr! - expected) < 1e-3, `${shape.join()}: ${llr}, ${expected}`);
    t.is(countermeasure!.terms.suspectedBelowLlr, logit(0.25));
    t.is(await countermeasure!.bonaFideLlr(window.map(() => NaN)), undefined);
    await models.release();
    await rm(dir, { recursive: true });
  }
});

test('a log-likelihood ratio is taken as it is', async (t) => {
  const window = speechSamples('june_fr/call-1.wav').subarray(0, 47_920);
  const score = { output: 'mean', meaning: 'log-likelihood-ratio', suspectedBelow: -1.5 };
  const dir = await withCountermeasure({ says: { score } });
  const models = await load(dir);
  const { countermeasure } = models;
  t.true(Math.abs((await countermeasure!.bonaFideLlr(window))! - meanAmplitude(window)) < 1e-5);
  t.is(countermeasure!.terms.suspectedBelowLlr, -1.5);
  await models.release();
  await rm(dir, { recursive: true });
});

const score = { output: 'mean', meaning: 'probability', suspectedBelow: 0.02 };
const REFUSED: Readonly<Record<string, [MadeUpCountermeasure, model: string, RegExp]>> = {
  'another file': [{ says: { sha256: '0'.repeat(64) } }, 'loudness', /hash/],
  'other scores than the reference': [{ reference: [0.5] }, 'loudness', /off the reference/],
  'a reference of another size': [{ reference: [0.5, 0.5] }, 'loudness', /loudness\.json cannot be read/],
  'another input': [
    { says: { inputs: [{ name: 'sound', type: 'float32', shape: ['batch', 'samples'] }] } },
    'loudness',
    /no input sound/,
  ],
  'a score that is not there': [{ says: { score: { ...score, index: 1 } } }, 'loudness', /has 1 numbers/],
  'features for samples': [{ shape: ['batch', 80, 300] }, 'models.json', /models\.json/],
  'another rate': [{ says: { sampleRateHz: 8000 } }, 'models.json', /sampleRateHz/],
  'no licence': [{ says: { licence: '' } }, 'models.json', /licence/],
  'an output that is none': [{ says: { score: { ...score, output: 'x' } } }, 'models.json', /score\.output/],
  'a limit that is no probability': [
    { says: { score: { ...score, suspectedBelow: -1 } } },
    'models.json',
    /suspectedBelow/,
  ],
};

for (const [what, [made, model, message]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, async (t) => {
    const [named, told] = await refusal(withCountermeasure(made));
    t.is(named, model);
    t.regex(told, message);
  });
}

test('refused: two of them, and a space of that name', async (t) => {
  const [two, told] = await refusal(
    modelsFolder(({ models }) => {
      const { inputs, outputs, sha256, file } = models[0]!;
      const one = {
        ...{ id: 'one', task: 'countermeasure', licence: 'MIT', sha256, file, outputs, sampleRateHz: 16_000 },
        inputs: [{ ...(inputs as object[])[0], shape: ['batch', 'samples'] }],
        frontEnd: { type: 'waveform', sampleScale: 1 },
        score: { output: 'embedding', meaning: 'probability', suspectedBelow: 0.5 },
        check: { file: 'x', signal: 'x', scores: 'x', maximumDifference: 1 },
      };
      models.push(one, { ...one, id: 'two' });
    }),
  );
  t.is(two, 'models.json');
  t.regex(told, /more than one/);
  const [space] = await refusal(
    modelsFolder((manifest) => (entry(manifest, 'ge2e')['space'] = 'countermeasure')),
  );
  t.is(space, 'models.json');
});
