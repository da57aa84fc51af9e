import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import {
  ablate,
  ablationText,
  evaluate,
  evaluationJson,
  evaluationText,
  isMeasurable,
  operatingCurves,
  measureReplay,
  readManifest,
  replayText,
  reportPage,
} from '../../evaluation/index.js';
import { loadModels } from '../../embedding/index.js';
import { Calibration } from '../../scoring/index.js';
import { DEFAULT_POLICY } from '../../tenant/index.js';
import { LiveLine } from '../live-line.js';
import { shareNumber } from '../options.js';
import { table } from '../output.js';
import {
  openSpeechFolder,
  readModels,
  speechFolderCommand,
  type SpeechFolderOptions,
} from '../speech-folder.js';

interface EvaluateOptions extends SpeechFolderOptions {
  readonly json?: string;
  readonly curve?: string;
  readonly report?: string;
  readonly calibration?: string;
  readonly targetFmr: number;
  readonly ratesOnly: boolean;
  readonly ablations: boolean;
  readonly replay: boolean;
}

/** `vouch evaluate`: error rates on a folder of speech. */
export function evaluateCommand(): Command {
  return speechFolderCommand('evaluate', 'measure error rates on recordings of known speakers')
    .requiredOption('--data <dir>', 'folder of recordings, with a manifest.csv (docs/evaluation-data.md)')
    .option('--json <file>', 'write all figures to this file')
    .option('--curve <file>', 'write what thresholds mean, for GetOperatingCurve, to this file')
    .option('--report <dir>', 'write a page with plots into this folder')
    .option('--calibration <file>', 'a calibration other than the one that is configured')
    .option(
      '--target-fmr <rate>',
      'judge by a policy of this false-match rate, 0 to 1',
      shareNumber,
      DEFAULT_POLICY.targetFalseMatchRate,
    )
    .option('--ablations', 'measure what was tried instead (make ablations)', false)
    .option('--replay', 'measure how well replayed calls are noticed instead (docs/replay.md)', false)
    .option('--rates-only', 'leave out whole calls, changes of speaker and what is not speech', false)
    .action(run);
}

async function run(options: EvaluateOptions): Promise<void> {
  if (options.ablations) {
    await runAblations(options);
    return;
  }
  if (options.replay) {
    await runReplay(options);
    return;
  }
  const { sessions, speech, modelsDir } = await openSpeechFolder(options, isMeasurable);
  const path = options.calibration ?? join(modelsDir, 'calibration', `${readConfig().calibrationId}.json`);
  const calibration = await Calibration.load(path, speech.pipeline.spaces);
  const policy = { ...DEFAULT_POLICY, targetFalseMatchRate: options.targetFmr };
  const line = new LiveLine(process.stderr);
  const evaluation = await evaluate({
    speech,
    sessions,
    conditions: options.conditions,
    calibration,
    policy,
    replicates: options.replicates,
    ratesOnly: options.ratesOnly,
    loadModels: () => loadModels(modelsDir, readConfig().modelPrecision),
    onProgress: (what) => {
      line.show(what);
    },
  });
  line.clear();
  console.log(evaluationText(evaluation, table));
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(evaluationJson(evaluation), null, 1)}\n`);
  }
  if (options.curve !== undefined) {
    const curves = operatingCurves(evaluation, calibration, options.replicates);
    await writeFile(options.curve, `${JSON.stringify(curves)}\n`);
  }
  if (options.report !== undefined) {
    const { reference, warning } = calibration;
    const page = reportPage(evaluation, {
      madeAt: new Date(),
      calibration: `${reference.id}, version ${reference.version}`,
      warning,
      models: speech.pipeline.spaces.map(({ modelId }) => modelId),
    });
    await mkdir(options.report, { recursive: true });
    await writeFile(join(options.report, 'index.html'), page);
  }
}

/** Windows of about 2 s and of about 4 s, samples at 16 kHz: 198 and 398 frames. */
const OTHER_WINDOWS = [
  ['windows of 1.995 s', 31_920],
  ['windows of 3.995 s', 63_920],
] as const;
/** Speakers who are in no trial. */
const COHORT = 'librispeech_cohort';

async function runAblations(options: EvaluateOptions): Promise<void> {
  const { sessions, speech, embedOtherwise } = await openSpeechFolder(options);
  const others = [{ name: 'fp32', speech: await embedOtherwise({ precision: 'fp32' }) }];
  for (const [name, windowSamples] of OTHER_WINDOWS) {
    others.push({ name, speech: await embedOtherwise({ windowSamples }) });
  }
  const line = new LiveLine(process.stderr);
  const { conditions, replicates } = options;
  const rows = await ablate({
    speech,
    others,
    sessions,
    cohort: COHORT,
    conditions,
    replicates,
    onProgress: (what) => {
      line.show(what);
    },
  });
  line.clear();
  console.log(ablationText(rows, table));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(rows, null, 1)}\n`);
}

async function runReplay({ data, corpora, json }: EvaluateOptions): Promise<void> {
  const sessions = (await readManifest(data)).filter(({ corpus }) => corpora?.includes(corpus) ?? true);
  const { modelsDir } = await readModels();
  const models = await loadModels(modelsDir, readConfig().modelPrecision);
  const line = new LiveLine(process.stderr);
  const startedMs = performance.now();
  try {
    const rates = await measureReplay(models, data, sessions, (what) => {
      line.show(what);
    });
    line.clear();
    console.log(replayText(rates, table));
    console.log(`\nMeasured in ${((performance.now() - startedMs) / 60_000).toFixed(1)} min.`);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(rates, null, 1)}\n`);
  } finally {
    await models.release();
  }
}
