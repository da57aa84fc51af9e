import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import {
  CALL_HEADINGS,
  callRow,
  cellRow,
  evaluate,
  evaluationJson,
  HEADINGS,
} from '../../evaluation/index.js';
import { Calibration } from '../../scoring/index.js';
import { DEFAULT_POLICY } from '../../tenant/index.js';
import { LiveLine } from '../live-line.js';
import { table } from '../output.js';
import { openSpeechFolder, speechFolderCommand, type SpeechFolderOptions } from '../speech-folder.js';

interface EvaluateOptions extends SpeechFolderOptions {
  readonly json?: string;
  readonly calibration?: string;
}

/** `vouch evaluate`: error rates on a folder of speech. */
export function evaluateCommand(): Command {
  return speechFolderCommand('evaluate', 'measure error rates on recordings of known speakers')
    .requiredOption('--data <dir>', 'folder of recordings, with a manifest.csv (docs/evaluation-data.md)')
    .option('--json <file>', 'write all figures to this file')
    .option('--calibration <file>', 'a calibration other than the one that is configured')
    .action(run);
}

async function run(options: EvaluateOptions): Promise<void> {
  const { sessions, speech, modelsDir } = await openSpeechFolder(options);
  const path = options.calibration ?? join(modelsDir, 'calibration', `${readConfig().calibrationId}.json`);
  const calibration = await Calibration.load(path, speech.pipeline.spaces);
  const line = new LiveLine(process.stderr);
  const evaluation = await evaluate({
    speech,
    sessions,
    conditions: options.conditions,
    calibration,
    policy: DEFAULT_POLICY,
    replicates: options.replicates,
    onCell: (cell) => {
      line.show(`measured ${cell.corpus}, ${cell.condition}, ${cell.netSpeechSeconds} s`);
    },
  });
  line.clear();
  console.log(table(HEADINGS, evaluation.cells.map(cellRow)));
  console.log(`\nWhole calls\n${table(CALL_HEADINGS, evaluation.calls.map(callRow))}`);
  for (const { corpus, reason } of evaluation.leftOut) console.log(`${corpus} was left out: ${reason}.`);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(evaluationJson(evaluation), null, 1)}\n`);
  }
}
