import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { empiricalBounds } from '../../src/evaluation/calibration/elub.js';
import {
  crossValidate,
  fitQuality,
  fitWeights,
  llrOf,
  unknownMeasures,
} from '../../src/evaluation/calibration/fit.js';
import { fitLogistic } from '../../src/evaluation/calibration/logistic.js';
import { calibrateFromRows, readLoggedRows } from '../../src/evaluation/calibration/logged-rows.js';
import { balancedWeights, type CalibrationRow } from '../../src/evaluation/calibration/rows.js';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import { CalibrationFile } from '../../src/scoring/index.js';
import { draw, normal, seededRandom } from '../../src/evaluation/random.js';
import { rowsAsCsv } from '../../web/console/ops/calibration-csv.js';
import { GOOD_QUALITY } from '../helpers/windows.js';

test('the fit finds the weights that the labels were drawn with', (t) => {
  const random = seededRandom(1);
  const truth = [-0.5, 2, -1];
  const rows = 40_000;
  const features = new Float64Array(3 * rows);
  const targets = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = [1, normal(random), 10 + 3 * normal(random)];
    const logOdds = truth[0]! + truth[1]! * row[1]! + truth[2]! * (row[2]! - 10);
    features.set(row, 3 * i);
    targets[i] = random() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
  }
  const found = fitLogistic({ features, width: 3, targets, weights: new Float64Array(rows).fill(1) }, 1e-9);
  t.true(Math.abs(found[1]! - truth[1]!) < 0.1 && Math.abs(found[2]! - truth[2]!) < 0.1);
  t.true(Math.abs(found[0]! + 10 * found[2]! - truth[0]!) < 0.1);
});

test('labels that features part perfectly are held by the ridge', (t) => {
  const features = Float64Array.from([1, 0, 1, 1, 1, 2, 1, 3]);
  const rows = {
    features,
    width: 2,
    targets: Uint8Array.of(0, 0, 1, 1),
    weights: new Float64Array(4).fill(1),
  };
  const found = fitLogistic(rows, 1e-3);
  t.true(found.every(Number.isFinite) && found[1]! > 0);
});

/** Rows of ten speakers whose scores follow known distributions: the LLR is 20 (score - 0.5). */
function madeUpRows(): CalibrationRow[] {
  const random = seededRandom(2);
  return Array.from({ length: 20_000 }, (_, i) => {
    const enrolled = draw(random, 10);
    const target = i % 2 === 0;
    const tested = target ? enrolled : (enrolled + 1 + draw(random, 9)) % 10;
    const score = (target ? 0.7 : 0.3) + 0.1 * Math.SQRT2 * normal(random);
    return {
      enrolled: `s${enrolled}`,
      tested: `s${tested}`,
      target,
      score,
      secondScore: null,
      netSpeechMs: 2995 * (1 + draw(random, 3)),
      quality: { ...GOOD_QUALITY, snrDb: 10 + 20 * random() },
      corpus: 'made up',
      condition: 'none',
      channel: 'none',
      windows: 1,
    };
  });
}

test('LLRs of made-up scores are what their distributions say, held out too', (t) => {
  const rows = madeUpRows();
  const weights = fitWeights(rows);
  for (const score of [0.3, 0.5, 0.6, 0.8]) {
    const row = { ...rows[0]!, score, quality: { ...GOOD_QUALITY, snrDb: 20 } };
    t.true(Math.abs(llrOf(row, weights) - 20 * (score - 0.5)) < 0.5, String(score));
  }
  const heldOut = crossValidate(rows);
  t.is(heldOut.llrs.length, rows.length);
  // What is held out differs from what was fitted, if little.
  t.true(heldOut.llrs.some((llr, i) => llr !== llrOf(rows[i]!, weights)));
  const [quality] = fitQuality(heldOut, { min: -9, max: 9 });
  t.true(quality!.cllr - quality!.cllrMin < 0.03);
});

test('a second score that tells more is weighed more; what no row knows has no weight', (t) => {
  const random = seededRandom(3);
  const rows = madeUpRows().map((row) => ({
    ...row,
    secondScore: (row.target ? 0.9 : 0.5) + 0.05 * normal(random),
    quality: { ...row.quality, embeddingLength: null },
  }));
  const weights = fitWeights(rows);
  t.true(weights.secondScore > weights.score);
  t.is(weights.embeddingLength, 0);
  t.is(weights.scoreTimesEmbeddingLength, 0);
  t.is(fitWeights(rows.map((row) => ({ ...row, secondScore: null }))).secondScore, 0);
});

test('what some rows do not know is no evidence, whoever they are of', (t) => {
  const score = { genuine: 0.8, impostor: 0.5 };
  const random = seededRandom(4);
  // Frauds from before the measures were logged, genuine callers from after: one clean line.
  const rows = madeUpRows()
    .slice(0, 400)
    .map((row) => ({
      ...row,
      score: row.target ? score.genuine + 0.09 * normal(random) : score.impostor + 0.13 * normal(random),
      quality: row.target ? GOOD_QUALITY : { ...GOOD_QUALITY, bandContrastDb: null, slowDecayDb: null },
    }));
  t.deepEqual(unknownMeasures(rows), { bandContrastDb: 200, slowDecayDb: 200 });
  const weights = fitWeights(rows);
  t.true(llrOf({ ...rows[0]!, score: 0.4, quality: GOOD_QUALITY }, weights) < -3);
  const known = rows.map((row) => ({ ...row, quality: GOOD_QUALITY }));
  t.deepEqual(unknownMeasures(known), {});
  const all = fitWeights(known);
  t.not(all.slowDecay, 0);
  t.not(all.bandContrast, 0);
  t.is(weights.slowDecay, 0);
  t.is(weights.bandContrast, 0);
});

test('rows that are only judged have no weight in the fit', (t) => {
  const rows = madeUpRows().slice(0, 3000);
  const misleading = rows.map((row) => ({ ...row, score: -row.score, judgedOnly: true as const }));
  t.deepEqual(fitWeights([...rows, ...misleading]), fitWeights(rows));
  const heldOut = crossValidate([...rows, ...misleading]);
  t.is(heldOut.llrs.length, rows.length + misleading.length);
  t.deepEqual(heldOut.llrs.slice(0, rows.length), crossValidate(rows).llrs);
});

test('the worst conditions count half', (t) => {
  const rows = madeUpRows().map((row, i) => ({ ...row, condition: ['mulaw', 'babble-5', 'gsm'][i % 3]! }));
  const weights = balancedWeights(rows);
  const sum = (id: string) =>
    rows.reduce((all, { condition }, i) => all + (condition === id ? weights[i]! : 0), 0);
  t.true(Math.abs(sum('mulaw') - sum('gsm')) < 1e-9);
  t.true(Math.abs(sum('mulaw') - 2 * sum('babble-5')) < 1e-9);
});

test('the console exports what a fit reads, every measure of it', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'vouch-rows-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const path = join(dir, 'rows.csv');
  const scores = { score: 0.5, secondScore: 0.6, netSpeechMs: 3000 };
  const quality = { snrDb: 20, embeddingLength: 8, levelSpreadDb: 21, bandContrastDb: 25, slowDecayDb: 2 };
  const row = { ...scores, ...quality, source: 'SOURCE_PROFILE_MOBILE', speaker: 'kim' } as const;
  const outcomes = ['OUTCOME_GENUINE_CONFIRMED', 'OUTCOME_FRAUD_CONFIRMED'] as const;
  const exported = Array.from({ length: 100 }, (_, i) => ({ ...row, outcome: outcomes[i % 2]! }));
  await writeFile(path, rowsAsCsv(exported));
  const rows = await readLoggedRows(path);
  t.like(rows[0], { ...scores, target: true, tested: 'kim', condition: 'MOBILE' });
  t.deepEqual(rows[0]!.quality, { ...UNKNOWN_QUALITY, ...quality });
  t.false(rows[1]!.target);
});

test('scores that say the opposite make no calibration', (t) => {
  const rows = madeUpRows().map((row) => ({ ...row, score: -row.score }));
  t.throws(() => fitWeights(rows), { message: /no evidence/ });
});

test('targets weigh as much as impostors, and speakers as much as each other', (t) => {
  const rows = madeUpRows().slice(0, 501);
  const weights = balancedWeights(rows);
  const sum = (use: (row: CalibrationRow) => boolean) =>
    rows.reduce((total, row, i) => total + (use(row) ? weights[i]! : 0), 0);
  t.true(Math.abs(sum(({ target }) => target) - sum(({ target }) => !target)) < 1e-9);
  const shares = new Set(rows.filter(({ target }) => target).map(({ tested }) => tested));
  const first = sum(({ target, tested }) => target && tested === 's0');
  t.true(Math.abs(first * shares.size - sum(({ target }) => target)) < 1e-9);
});

test('so many trials support no larger LLR: about ln of their number', (t) => {
  const spread = (mean: number, count: number) => ({
    llrs: Float64Array.from({ length: count }, (_, i) => mean + (i % 100) / 50 - 1),
    weights: new Float64Array(count).fill(1),
  });
  const few = empiricalBounds(spread(8, 100), spread(-8, 100), 100, 100);
  const many = empiricalBounds(spread(8, 100), spread(-8, 100), 1000, 1000);
  t.true(Math.abs(few.max - Math.log(100)) < 0.1 && Math.abs(few.min + Math.log(100)) < 0.1);
  t.true(Math.abs(many.max - Math.log(1000)) < 0.1 && Math.abs(many.min + Math.log(1000)) < 0.1);
});

test('logged calls with their outcomes become a calibration; too few do not', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'vouch-rows-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const path = join(dir, 'rows.csv');
  const lines = madeUpRows().map(({ score, netSpeechMs, quality, target }) =>
    [
      Math.min(1, Math.max(-1, score)).toFixed(4),
      netSpeechMs,
      quality.snrDb,
      'mobile',
      target ? 'GENUINE_CONFIRMED' : 'FRAUD_CONFIRMED',
    ].join(),
  );
  const head = 'score,net_speech_ms,snr_db,source,outcome';
  await writeFile(path, [head, ...lines.slice(0, 3000)].join('\n'));
  const about = {
    id: 'ours',
    version: 1,
    spaces: ['campplus', 'ge2e'] as const,
    models: { campplus: ['0'.repeat(64)], ge2e: ['1'.repeat(64)] },
  };
  const file = CalibrationFile.parse(calibrateFromRows(await readLoggedRows(path), about));
  const [map] = file.maps;
  t.is(file.maps.length, 1); // No row has a second score.
  t.true(map!.llr.max > 4 && map!.thresholds.length >= 3);
  t.true(
    map!.thresholds.every(({ targetFalseMatchRate, measured }) => measured[0]!.rate <= targetFalseMatchRate),
  );
  await writeFile(path, [head, ...lines.slice(0, 60)].join('\n'));
  await t.throwsAsync(readLoggedRows(path), { message: /at least 50/ });
});
