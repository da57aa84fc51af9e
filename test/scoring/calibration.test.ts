import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { EmbeddingSpace } from '../../src/domain/speech.js';
import { VouchError } from '../../src/errors.js';
import { Calibration, CalibrationFile, confidenceOf } from '../../src/scoring/index.js';
import { GOOD_QUALITY } from '../helpers/windows.js';

const FILE = 'models/calibration/telephone-first.json';
const SPACE: EmbeddingSpace = {
  id: 'campplus',
  dimension: 192,
  modelId: 'campplus-int8',
  modelSha256: 'bf0653fad17ecb6b54acc22dcc77ae138a06190f2ce6d84919bc7f4b388e678f',
};

const calibration = await Calibration.load(FILE, [SPACE]);
const map = calibration.maps[0]!;
const llrOf = (score: number, seconds: number, snrDb: number) =>
  map.llr(score, seconds * 1000, { ...GOOD_QUALITY, snrDb });

// From the script that fitted it, not from this code.
const REFERENCE = [
  { score: 0.85, netSpeechSeconds: 2.995, snrDb: 35, llr: 5.8 },
  { score: 0.7, netSpeechSeconds: 2.995, snrDb: 35, llr: 1.933556 },
  { score: 0.6, netSpeechSeconds: 2.995, snrDb: 35, llr: -2.510672 },
  { score: 0.55, netSpeechSeconds: 8.985, snrDb: 22.5, llr: -3.5 },
  { score: 0.75, netSpeechSeconds: 5.99, snrDb: 12, llr: 4.107869 },
  { score: 0.4, netSpeechSeconds: 20, snrDb: 30, llr: -3.5 },
  { score: 0.9, netSpeechSeconds: 45, snrDb: 3, llr: 5.8 },
];

test('the map agrees with the numbers of the fit', (t) => {
  for (const { score, netSpeechSeconds, snrDb, llr } of REFERENCE) {
    t.true(Math.abs(llrOf(score, netSpeechSeconds, snrDb).llr - llr) < 1e-5);
  }
});

test('a higher score is never weaker evidence', (t) => {
  const score = fc.double({ min: -1, max: 1, noNaN: true });
  const seconds = fc.double({ min: 3, max: 60, noNaN: true });
  const snr = fc.double({ min: -20, max: 60, noNaN: true });
  fc.assert(
    fc.property(score, score, seconds, snr, (a, b, length, snrDb) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      t.true(llrOf(high, length, snrDb).llr >= llrOf(low, length, snrDb).llr);
    }),
  );
});

test('the LLR stays within what the trials support, and says when it was cut', (t) => {
  t.deepEqual(llrOf(1, 20, 30), { llr: 5.8, clipped: true });
  t.deepEqual(llrOf(-1, 20, 30), { llr: -3.5, clipped: true });
  t.false(llrOf(0.7, 3, 30).clipped);
});

test('an unknown SNR counts as the worst one', (t) => {
  const unknown = map.llr(0.7, 3000, { ...GOOD_QUALITY, snrDb: null });
  t.deepEqual(unknown, llrOf(0.7, 3, -100));
});

test('more comparisons or a lower target never lower the threshold', (t) => {
  const target = fc.double({ min: 0.0001, max: 0.2, noNaN: true });
  fc.assert(
    fc.property(
      target,
      target,
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      (a, b, m, n) => {
        const strict = map.acceptThreshold(Math.min(a, b), Math.max(m, n));
        const loose = map.acceptThreshold(Math.max(a, b), Math.min(m, n));
        t.true(strict.llr >= loose.llr);
      },
    ),
  );
});

test('a rate that the trials do not support is never accepted at', (t) => {
  t.is(map.acceptThreshold(0.0001, 1).llr, Infinity);
  t.is(map.acceptThreshold(0.01, 6).llr, 4.5);
  t.is(map.acceptThreshold(0.01, 12).llr, Infinity);
});

test('confidence is 50 where the audio speaks neither way', (t) => {
  t.is(confidenceOf(0), 50);
  t.true(confidenceOf(5.8) > 99 && confidenceOf(5.8) < 100);
});

test('a calibration for another model is refused', async (t) => {
  for (const space of [
    { ...SPACE, modelSha256: '0'.repeat(64) },
    { ...SPACE, id: 'ge2e' },
  ]) {
    await t.throwsAsync(Calibration.load(FILE, [space]), {
      instanceOf: VouchError,
      message: 'The calibration was made for another model.',
    });
  }
});

test('a malformed or missing calibration is refused', async (t) => {
  const good = JSON.parse(await readFile(FILE, 'utf8')) as Record<string, unknown>;
  const path = join(tmpdir(), `${randomUUID()}.json`);
  for (const content of ['', '{', '{}', JSON.stringify({ ...good, maps: [] })]) {
    await writeFile(path, content);
    const error = await t.throwsAsync(Calibration.load(path, [SPACE]), { instanceOf: VouchError });
    t.is(error.reason, 'CALIBRATION_INVALID');
  }
  const missing = await t.throwsAsync(Calibration.load(`${path}.missing`, [SPACE]), {
    instanceOf: VouchError,
  });
  t.is(missing.reason, 'CALIBRATION_INVALID');
});

test('a map over two spaces scores their weighted mean, and is passed over where one is missing', async (t) => {
  const good = CalibrationFile.parse(JSON.parse(await readFile(FILE, 'utf8')));
  const [one] = good.maps;
  const models = { ...good.models, ge2e: ['1'.repeat(64)] };
  const fused = { ...one!, spaces: [...one!.spaces, { id: 'ge2e', weight: 0.5 }] };
  const both = new Calibration({ ...good, models, maps: [fused, one!] }, 'x', ['campplus', 'ge2e']);
  const alone = new Calibration({ ...good, models, maps: [fused, one!] }, 'x', ['campplus']);
  t.deepEqual([both.maps.length, alone.maps.length], [2, 1]);
  const test = { campplus: Float32Array.of(1, 0), ge2e: Float32Array.of(0, 1) };
  const enrolled = { campplus: Float32Array.of(1, 0), ge2e: Float32Array.of(1, 0) };
  t.true(Math.abs(both.maps[0]!.score(test, enrolled)! - 1 / 1.5) < 1e-6);
  t.is(both.maps[0]!.score({ campplus: test.campplus }, enrolled), undefined);
  t.is(both.maps[1]!.score({ campplus: test.campplus }, enrolled), 1);
  t.false(CalibrationFile.safeParse({ ...good, maps: [fused] }).success);
});
