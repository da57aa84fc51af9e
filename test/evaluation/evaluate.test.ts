import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { loadModels } from '../../src/embedding/index.js';
import {
  calibrate,
  embedSpeech,
  evaluate,
  evaluationJson,
  evaluationText,
  readManifest,
  reportPage,
} from '../../src/evaluation/index.js';
import { bySpeaker } from '../../src/evaluation/manifest.js';
import { chooseSessions, testSpeakers } from '../../src/evaluation/speech-tests.js';
import { Calibration } from '../../src/scoring/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { MODELS_DIR } from '../helpers/speech.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const SPEAKERS = ['allison_en', 'armelle_fr', 'carlo_it', 'june_fr', 'paola_it', 'reader_en'];

/** A folder of speech made of the fixtures: six speakers, a session for enrolment and one for tests. */
async function fixtureFolder(dir: string): Promise<string> {
  const rows = SPEAKERS.flatMap((speaker) =>
    ['enrol', 'call-1'].map(
      (file) =>
        `fixtures,${speaker},${file},1,${speaker}/${file}.wav,20,8000,see fixtures,${speaker === 'carlo_it' ? 'm' : 'f'}`,
    ),
  );
  await writeFile(
    join(dir, 'manifest.csv'),
    `corpus,speaker,session,utterance,path,seconds,native_rate,licence,sex\n${rows.join('\n')}\n`,
  );
  return FIXTURES;
}

test('a folder of speech is measured whole, and again from the cache', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'vouch-evaluate-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const dataDir = await fixtureFolder(dir);
  const sessions = await readManifest(dir);
  const conditions = ['as-recorded', 'mulaw', 'noise-10'];
  const options = {
    modelsDir: MODELS_DIR,
    precision: 'auto' as const,
    windowSamples: 0,
    dataDir,
    noiseDir: undefined,
    cacheDir: join(dir, 'cache'),
  };
  let jobs = 0;
  const open = () => {
    jobs = 0;
    return embedSpeech({ options, sessions, conditions, workers: 1, onProgress: () => jobs++ });
  };
  await open();
  t.is(jobs, 12);
  const speech = await open();
  t.is(jobs, 0);

  const calibration = await Calibration.load(
    join(MODELS_DIR, 'calibration', 'telephone-first.json'),
    speech.pipeline.spaces,
  );
  const evaluation = await evaluate({
    speech,
    sessions,
    conditions,
    calibration,
    policy: DEFAULT_POLICY,
    replicates: 20,
    ratesOnly: true,
    loadModels: () => loadModels(MODELS_DIR, 'auto'),
    onProgress: () => undefined,
  });

  const cells = evaluation.cells.filter(({ netSpeechSeconds }) => netSpeechSeconds === 3);
  // Two channels of enrolment for each condition but the channel itself.
  t.is(cells.length, 5);
  for (const { condition, targetTrials, impostorTrials, speakers } of cells) {
    t.true(targetTrials > 5 && impostorTrials === 5 * targetTrials && speakers === 6, condition);
  }
  t.is(evaluationJson(evaluation).targetFalseMatchRate, DEFAULT_POLICY.targetFalseMatchRate);
  const [plain] = evaluationJson(evaluation).conditions;
  t.true(plain!.eer !== null && plain!.eer < 0.1);
  t.true(plain!.cllr !== null && plain!.cllr >= plain!.cllrMin!);
  t.is(plain!.fnmrAtFmr01, null, 'so few trials say nothing of 0.1 %');
  t.truthy(plain!.baseline);
  t.truthy(plain!.baselineWithPauses);
  // Neither stands for the other: all audio is not the net speech in it.
  const speakers = await chooseSessions([...bySpeaker(sessions).values()][0]!, speech);
  const [tested] = await testSpeakers(speakers, speech, 'mulaw', 3);
  t.truthy(tested?.wholeWithPauses);
  t.notDeepEqual(tested?.wholeWithPauses?.vectors, tested?.whole?.vectors);

  // One man among six: his tests against five women, theirs against him.
  const sexes = plain!.splits.map(({ by, same, impostorTrials }) => ({ by, same, impostorTrials }));
  t.like(sexes, [
    { by: 'sex', same: true },
    { by: 'sex', same: false },
  ]);
  t.is(sexes[0]!.impostorTrials + sexes[1]!.impostorTrials, plain!.impostorTrials);
  t.true(plain!.splits.every(({ targetTrials }) => targetTrials === plain!.targetTrials));
  const menTests = plain!.targetTrials - (plain!.impostorTrials - sexes[1]!.impostorTrials) / 4;
  t.is(sexes[1]!.impostorTrials, 5 * menTests + (plain!.targetTrials - menTests));

  const text = evaluationText(evaluation, (headings, rows) =>
    [headings, ...rows].map((row) => row.join()).join('\n'),
  );
  t.false(/NaN|undefined|Infinity/.test(text), text);
  t.regex(text, /policy: 1 % of impostor calls/);
  t.true(text.includes('net speech') && text.includes('pauses included'));
  const page = reportPage(evaluation, {
    madeAt: new Date(0),
    calibration: 'c',
    warning: '<b>',
    models: ['m'],
  });
  t.false(/NaN|undefined|Infinity|<b>|<script|https?:/.test(page));
  t.true(page.includes('&#60;b&#62;'));
  t.true(page.includes('pauses included'));
  t.true((await readdir(dir)).includes('cache'));

  // Fifteen pairs of people support no rate: no file is made that nobody could load.
  const calibrated = calibrate({
    speech,
    sessions,
    conditions,
    policy: DEFAULT_POLICY,
    id: 'few',
    version: 1,
    shipped: false,
    warning: '',
    spaces: ['campplus', 'ge2e'],
    models: {},
    replicates: 20,
    onProgress: () => undefined,
  });
  await t.throwsAsync(calibrated, { message: /support no false-match rate/ });
});
