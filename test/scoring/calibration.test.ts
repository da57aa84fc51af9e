import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { EmbeddingSpace } from '../../src/domain/speech.js';
import { VouchError } from '../../src/errors.js';
import { Calibration, CalibrationFile, confidenceOf } from '../../src/scoring/index.js';

const FILE = 'models/calibration/telephone-first.json';
const SPACE: EmbeddingSpace = {
  id: 'campplus',
  dimension: 192,
  modelId: 'campplus-int8',
  modelSha256: 'bf0653fad17ecb6b54acc22dcc77ae138a06190f2ce6d84919bc7f4b388e678f',
};

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
  const folder = await mkdtemp(join(tmpdir(), 'vouch-calibration-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'calibration.json');
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

test('a file of the format before is read: of what it does not know it makes nothing', async (t) => {
  const good = CalibrationFile.parse(JSON.parse(await readFile(FILE, 'utf8')));
  const since = ['bandContrast', 'scoreTimesBandContrast', 'secondScoreTimesBandContrast', 'slowDecay'];
  since.push('bandContrastTimesLnNetSpeech', 'bandContrastDb', 'slowDecayDb');
  const without = (each: object) =>
    Object.fromEntries(Object.entries(each).filter(([name]) => !since.includes(name)));
  const old = {
    ...good,
    formatVersion: 3,
    maps: good.maps.map((map) => ({ ...map, weights: without(map.weights), limits: without(map.limits) })),
  };
  const [map] = CalibrationFile.parse(old).maps;
  t.is(map!.weights.bandContrast, 0);
  t.is(map!.weights.slowDecay, 0);
  t.is(map!.weights.score, good.maps[0]!.weights.score);
  t.deepEqual(map!.limits.bandContrastDb, { min: 12, max: 32 });
  t.throws(() => CalibrationFile.parse({ ...old, formatVersion: 5 }));
  // Of its own version each knows all of its terms, and no others.
  t.throws(() => CalibrationFile.parse({ ...old, formatVersion: 4 }), { message: /bandContrast/ });
  t.throws(() => CalibrationFile.parse({ ...good, formatVersion: 3 }));
  const [first] = good.maps;
  for (const part of ['weights', 'limits'] as const) {
    const maps = [{ ...first!, [part]: without(first![part]) }];
    t.throws(() => CalibrationFile.parse({ ...good, maps }), { message: /slowDecay/ });
  }
});

test('maps whose spaces are not in use are left out, and a file must be sound', async (t) => {
  const good = CalibrationFile.parse(JSON.parse(await readFile(FILE, 'utf8')));
  const fused = good.maps.find(({ secondSpace }) => secondSpace === 'ge2e')!;
  const both = new Calibration(good, 'x', ['campplus', 'ge2e']);
  const alone = new Calibration(good, 'x', ['campplus']);
  t.deepEqual([both.maps.length, alone.maps.length], [2, 1]);
  t.is(both.primarySpace, 'campplus');
  const { campplus } = good.models;
  const falling = { ...fused, weights: { ...fused.weights, score: -1000 } };
  for (const changes of [
    { models: { campplus } },
    { maps: [falling] },
    { maps: [fused, { ...fused, space: 'ge2e', secondSpace: null }] },
  ])
    t.false(CalibrationFile.safeParse({ ...good, ...changes }).success);
});
