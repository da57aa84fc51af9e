import test from 'ava';
import fc from 'fast-check';
import { cosine, normalise, Pool, pool } from '../../src/scoring/index.js';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import { window } from '../helpers/windows.js';

const vectors = fc.array(
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

test('a pooled vector has length 1, whatever the windows', (t) => {
  fc.assert(
    fc.property(vectors, (all) => {
      const { vectors: pooled } = pool(all.map((vector) => window([...vector, 1])));
      t.true(Math.abs(Math.hypot(...pooled['campplus']!) - 1) < 1e-5);
    }),
  );
});

test('the order of windows does not matter, and pooling piece by piece is pooling at once', (t) => {
  fc.assert(
    fc.property(vectors, (all) => {
      const windows = all.map((vector) => window([...vector, 1]));
      const forward = pool(windows).vectors['campplus']!;
      const backward = pool(windows.toReversed()).vectors['campplus']!;
      const piecewise = new Pool();
      for (const each of windows) piecewise.add(each);
      t.true(cosine(forward, backward) > 1 - 1e-6);
      t.deepEqual(piecewise.take().vectors['campplus'], forward);
    }),
  );
});

test('a window counts by its net speech', (t) => {
  const long = window([1, 0], { netSpeechMs: 9000 });
  const short = window([0, 1], { netSpeechMs: 3000 });
  const { vectors: pooled, netSpeechMs } = pool([long, short]);
  t.is(netSpeechMs, 12_000);
  t.true(Math.abs(pooled['campplus']![0]! / pooled['campplus']![1]! - 3) < 1e-5);
});

test('quality is the length-weighted mean of what the windows know', (t) => {
  const known = window([1, 0], {
    netSpeechMs: 1000,
    quality: { ...UNKNOWN_QUALITY, snrDb: 10, clippedShare: 0.5, levelDbfs: -20, bandwidthHz: 3000 },
  });
  const unknown = window([1, 0], {
    netSpeechMs: 3000,
    quality: { ...UNKNOWN_QUALITY, clippedShare: 0.1, levelDbfs: -40, embeddingLength: 7 },
  });
  const { quality } = pool([known, unknown]);
  t.is(quality.snrDb, 10);
  t.is(quality.bandwidthHz, 3000);
  t.is(quality.embeddingLength, 7);
  t.is(quality.levelSpreadDb, null);
  t.true(Math.abs(quality.clippedShare - 0.2) < 1e-9);
  t.is(quality.levelDbfs, -35);
});

test('a space is there when every window had it, and then stands for all of the speech', (t) => {
  const space = fc.subarray(['a', 'b', 'c']);
  fc.assert(
    fc.property(fc.array(space, { minLength: 1, maxLength: 6 }), (all) => {
      const windows = all.map((spaces) =>
        window([], { vectors: Object.fromEntries(spaces.map((id) => [id, Float32Array.of(1, 0)])) }),
      );
      const common = ['a', 'b', 'c'].filter((id) => all.every((spaces) => spaces.includes(id)));
      const { vectors: pooled, netSpeechMs } = pool(windows);
      t.deepEqual(Object.keys(pooled).toSorted(), common);
      t.is(netSpeechMs, 3000 * all.length);
    }),
  );
});

test('cosine refuses vectors of different dimension', (t) => {
  t.throws(() => cosine(new Float32Array(3), new Float32Array(4)), { instanceOf: RangeError });
});

test('a vector of zeros stays one when normalised', (t) => {
  t.deepEqual(normalise(new Float32Array(3)), new Float32Array(3));
});

test('the share of another voice is what it was made of, whichever of the two is the caller', (t) => {
  // Windows of a voice agree at 0.75, of two voices at 0.35, as measured: a part of each of their own and shared parts.
  const windows = (voices: readonly number[]) =>
    voices.map((voice, i) => {
      const vector = new Array<number>(4 + voices.length).fill(0);
      vector[0] = Math.sqrt(0.35);
      vector[1 + voice] = Math.sqrt(0.4);
      vector[4 + i] = Math.sqrt(0.25);
      return window(vector);
    });
  const shareOf = (...voices: number[]) => pool(windows(voices)).quality.otherVoiceShare;
  t.is(shareOf(0, 0), null);
  t.true(shareOf(0, 0, 0, 0)! < 0.001);
  const quarter = shareOf(...Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0)))!;
  t.true(Math.abs(quarter - 0.25) < 0.02, String(quarter));
  t.is(shareOf(...Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 0 : 1))), quarter);
  t.true(shareOf(...Array.from({ length: 40 }, (_, i) => i % 2))! > 0.4);
});
