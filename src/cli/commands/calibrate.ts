import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { calibrate, isDoubtful, TELEPHONE_CONDITIONS } from '../../evaluation/index.js';
import { DEFAULT_POLICY } from '../../tenant/index.js';
import { LiveLine } from '../live-line.js';
import { wholeNumber } from '../options.js';
import { openSpeechFolder, speechFolderCommand, type SpeechFolderOptions } from '../speech-folder.js';

interface CalibrateOptions extends SpeechFolderOptions {
  readonly id: string;
  readonly calibrationVersion: number;
  readonly out?: string;
  readonly spaces: readonly SpaceWeights[];
  readonly shipped: boolean;
}

type SpaceWeights = { id: string; weight: number }[];

const FITTED_TO = 'Fitted to other calls than yours? Run in shadow mode until it is fitted to your own.';
const SAME_CALL =
  'Same-call data: target trials share handset, room and day. Run in shadow mode until fitted to your calls.';

/** `vouch calibrate`: from labelled recordings to log-likelihood ratios. */
export function calibrateCommand(): Command {
  return speechFolderCommand('calibrate', 'fit scores to recordings of known speakers')
    .requiredOption('--data <dir>', 'folder of recordings, with a manifest.csv (docs/evaluation-data.md)')
    .requiredOption('--id <id>', 'the name of the calibration')
    .option('--calibration-version <n>', 'its version', wholeNumber(1), 1)
    .option('--out <file>', 'where it goes; by default into the folder of the models')
    .option(
      '--spaces <spaces>',
      'embedding spaces of the score with their weights (campplus:1,ge2e:0.5); repeat for a map to fall back on',
      readSpaces,
      [],
    )
    .option('--shipped', 'say that it comes with the software', false)
    .action(run);
}

function readSpaces(text: string, before: readonly SpaceWeights[]): readonly SpaceWeights[] {
  const spaces = text.split(',').map((part) => {
    const [id = '', weight = '1'] = part.split(':');
    return { id, weight: Number(weight) };
  });
  return [...before, spaces];
}

async function run(options: CalibrateOptions): Promise<void> {
  const conditions = options.conditions.filter((id) => TELEPHONE_CONDITIONS.includes(id));
  const { sessions, speech, modelsDir, models } = await openSpeechFolder(
    { ...options, conditions },
    (session) => !isDoubtful(session),
  );
  const line = new LiveLine(process.stderr);
  const primary = speech.pipeline.spaces.slice(0, 1).map(({ id }) => ({ id, weight: 1 }));
  const maps = options.spaces.length > 0 ? options.spaces : [primary];
  const file = await calibrate({
    speech,
    sessions,
    conditions,
    policy: DEFAULT_POLICY,
    id: options.id,
    version: options.calibrationVersion,
    shipped: options.shipped,
    warning: options.shipped ? SAME_CALL : FITTED_TO,
    maps,
    models,
    replicates: options.replicates,
    onProgress: (what) => {
      line.show(what);
    },
  });
  line.clear();
  const out = options.out ?? join(modelsDir, 'calibration', `${options.id}.json`);
  await writeFile(out, `${JSON.stringify(file, null, 1)}\n`);
  console.log(`written: ${out}`);
}
