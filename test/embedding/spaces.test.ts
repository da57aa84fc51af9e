import test from 'ava';
import fc from 'fast-check';
import type { SpeechWindow } from '../../src/domain/speech.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import {
  Collector,
  dot,
  fixtureFile,
  fixturePcm,
  MODELS_DIR,
  PCM_8K,
  pushCut,
  streamAll,
  thrown,
} from '../helpers/speech.js';

const options = { modelsDir: MODELS_DIR, precision: 'auto' } as const;
let single: SpeechExtractor;
let pool: SpeechExtractor;
test.before(async () => {
  [single, pool] = await Promise.all([
    createExtractor({ ...options, workers: 0 }),
    createExtractor({ ...options, workers: 1 }),
  ]);
});
test.after.always(() => Promise.all([single.close(), pool.close()]));

const speech = fixturePcm('carlo_it/call-1.wav').subarray(0, 224_000);

const spacesOf = (windows: readonly SpeechWindow[]): string[] =>
  windows.map(({ vectors }) => Object.keys(vectors).join('+'));

/** The call, with only `campplus` from byte `from` on and both again from byte `to` on. */
async function switched(
  extractor: SpeechExtractor,
  [from, to]: readonly [number, number],
  cuts: readonly number[],
): Promise<SpeechWindow[]> {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  await pushCut(stream, speech.subarray(0, from), cuts);
  stream.compute(['campplus']);
  await pushCut(stream, speech.subarray(from, to), cuts);
  stream.compute(['campplus', 'ge2e']);
  await pushCut(stream, speech.subarray(to), cuts);
  await stream.finish();
  return collector.windows;
}

test('every window has a vector in each space, and people differ in the second too', async (t) => {
  t.deepEqual(
    single.spaces.map(({ id, dimension }) => [id, dimension]),
    [
      ['campplus', 192],
      ['ge2e', 256],
    ],
  );
  const [carlo, again, paola] = await Promise.all(
    ['carlo_it/call-1.wav', 'carlo_it/call-2.wav', 'paola_it/call-1.wav'].map(
      async (path) => (await streamAll(single, fixturePcm(path))).windows[1]!.vectors['ge2e']!,
    ),
  );
  t.is(carlo!.length, 256);
  t.log(dot(carlo!, again!), dot(carlo!, paola!));
  t.true(dot(carlo!, again!) > dot(carlo!, paola!) + 0.1);
});

test('an extractor has the spaces it was made with', async (t) => {
  const extractor = await createExtractor({ ...options, workers: 1, spaces: ['campplus'] });
  const { windows } = await streamAll(extractor, speech.subarray(0, 64_000));
  t.deepEqual(spacesOf(windows), ['campplus']);
  t.is(extractor.spaces.length, 1);
  const stream = extractor.open(PCM_8K, new Collector());
  t.is(
    await thrown(() => {
      stream.compute(['ge2e']);
    }),
    'FIELD_INVALID',
  );
  await extractor.close();
});

test('a stream computes what it was told last, from there on, and nothing else changes', async (t) => {
  const { windows: all } = await streamAll(single, speech);
  t.true(all.length >= 4);
  const middle = (i: number): number => 16 * Math.round(all[i]!.startMs + 1000);
  const windows = await switched(single, [middle(1), middle(3)], [320]);
  t.deepEqual(spacesOf(windows.slice(0, 4)), ['campplus+ge2e', 'campplus', 'campplus', 'campplus+ge2e']);
  windows.forEach((window, i) => {
    const kept = Object.keys(window.vectors).map((space) => [space, all[i]!.vectors[space]]);
    t.deepEqual(window, { ...all[i]!, vectors: Object.fromEntries(kept) as SpeechWindow['vectors'] });
  });
});

test('where it takes effect follows from the bytes before it, however they are cut, in a worker too', async (t) => {
  const places = fc.tuple(fc.nat({ max: speech.length }), fc.nat({ max: speech.length }));
  const cuts = fc.array(fc.integer({ min: 100, max: 40_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(places, cuts, async ([a, b], lengths) => {
      const at = [Math.min(a, b), Math.max(a, b)] as const;
      const windows = await switched(single, at, [speech.length]);
      t.deepEqual(await switched(single, at, lengths), windows);
      t.deepEqual(await switched(pool, at, lengths), windows);
    }),
    { numRuns: 4 },
  );
});

test('a discard does not undo what was said of the spaces', async (t) => {
  for (const extractor of [single, pool]) {
    const collector = new Collector();
    const stream = extractor.open(PCM_8K, collector);
    void stream.push(speech.slice(0, 16_000));
    stream.compute(['ge2e']);
    stream.discard();
    await pushCut(stream, speech.subarray(0, 64_000), [3200]);
    await stream.finish();
    t.deepEqual(spacesOf(collector.windows), ['ge2e']);
  }
});

test('spaces that an extractor does not have, and none, are refused', async (t) => {
  for (const extractor of [single, pool]) {
    const stream = extractor.open(PCM_8K, new Collector());
    t.is(
      await thrown(() => {
        stream.compute(['campplus', 'other']);
      }),
      'FIELD_INVALID',
    );
    t.is(
      await thrown(() => {
        stream.compute([]);
      }),
      'FIELD_INVALID',
    );
    stream.close();
  }
});

test('a recording is embedded in every space', async (t) => {
  const { windows } = await single.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') });
  t.true(windows.length >= 4);
  t.true(spacesOf(windows).every((spaces) => spaces === 'campplus+ge2e'));
});
