import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CalibrationFolders } from '../../src/scoring/index.js';
import { ownCalibration, putCalibration, SHIPPED } from '../helpers/calibration.js';

const CONFIGURED = 'telephone-first';
const { models } = await ownCalibration();
const SPACES = ['campplus', 'ge2e'].map((id) => ({
  id,
  dimension: 192,
  modelId: id,
  modelSha256: models[id]![0]!,
}));

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vouch-calibrations-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

async function libraryOf(own: string, configured = CONFIGURED) {
  return (await CalibrationFolders.read([SHIPPED, own])).library(configured, SPACES);
}

test('every version in the folders can be used; the latest of the configured id counts', async (t) => {
  const own = await folder(t);
  for (const version of [2, 10, 9]) await putCalibration(own, { version });
  const library = await libraryOf(own, 'ours');
  t.is(library.configured.reference.version, 10);
  t.is(library.version('ours', 9)?.reference.version, 9);
  t.is(library.version('ours', 3), undefined);
  t.is(library.exactly(library.configured.reference), library.configured);
  t.deepEqual(library.unusable, []);
});

test('what is broken, of another model, or there twice is told and not used', async (t) => {
  const own = await folder(t);
  const sha = '0'.repeat(64);
  await writeFile(join(own, 'broken.json'), '{');
  await putCalibration(own, { id: 'foreign', models: { ...models, campplus: [sha] } });
  await putCalibration(own);
  await writeFile(join(own, 'twin.json'), JSON.stringify(await ownCalibration({ warning: 'another' })));
  await writeFile(join(own, 'same.json'), JSON.stringify(await ownCalibration()));
  const library = await libraryOf(own);
  t.deepEqual(
    library.unusable.map(({ file, why }) => [file, why.slice(0, 30)]),
    [
      ['broken.json', 'The file holds no calibration '],
      ['foreign-1.json', 'The calibration was made for a'],
      ['twin.json', 'Another file has the same id a'],
    ],
  );
  t.throws(() => library.exactly({ id: 'foreign', version: 1, sha256: sha }), {
    message: 'The calibration foreign@1 cannot be used. The calibration was made for another model.',
  });
  t.throws(() => library.exactly({ id: 'ours', version: 1, sha256: sha }), { message: /has changed/ });
  t.throws(() => library.exactly({ id: 'ours', version: 2, sha256: sha }), { message: /no such file/ });
});

test('one that scores in another space first than the models in use is of another model', async (t) => {
  const own = await folder(t);
  const { maps } = await ownCalibration();
  const alone = maps.filter(({ secondSpace }) => secondSpace === null);
  await putCalibration(own, { maps: alone.map((map) => ({ ...map, space: 'ge2e' })) });
  t.is((await libraryOf(own)).unusable.length, 1);
});

test('the spaces are those that any of them needs and that there are, those of the configured one first', async (t) => {
  const own = await folder(t);
  const { maps } = await ownCalibration();
  const alone = maps.filter(({ secondSpace }) => secondSpace === null);
  await putCalibration(own, { maps: alone, id: 'lean' });
  await putCalibration(own, {
    id: 'new',
    maps: [{ ...maps[0]!, secondSpace: 'later' }],
    models: { ...models, later: ['0'.repeat(64)] },
  });
  const folders = await CalibrationFolders.read([own, SHIPPED]);
  t.deepEqual(folders.spaces('lean', ['ge2e', 'campplus']), ['campplus', 'ge2e']);
  const lean = await CalibrationFolders.read([own]);
  t.deepEqual(lean.spaces('lean', ['ge2e', 'campplus']), ['campplus']);
  t.throws(() => lean.spaces('none', ['campplus']), { message: /^The calibration none cannot be used/ });
});

test('a folder or a configured calibration that is not there is an error', async (t) => {
  const own = await folder(t);
  await t.throwsAsync(CalibrationFolders.read([join(own, 'none')]), { message: /folder/ });
  await t.throwsAsync(libraryOf(own, 'none'), { message: /^The calibration none cannot be used/ });
});
