import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  calibrate,
  calibrateFromRows,
  isDoubtful,
  isMeasurable,
  readLoggedRows,
  unknownMeasures,
} from '../../evaluation/index.js';
import { readConfig } from '../../config.js';
import type { CalibrationFile } from '../../scoring/index.js';
import { DEFAULT_POLICY } from '../../tenant/index.js';
import { UsageError } from '../failure.js';
import { LiveLine } from '../live-line.js';
import { wholeNumber } from '../options.js';
import {
  openSpeechFolder,
  readModels,
  speechFolderCommand,
  type SpeechFolderOptions,
} from '../speech-folder.js';

interface CalibrateOptions extends Omit<SpeechFolderOptions, 'data'> {
  readonly data?: string;
  readonly rows?: string;
  readonly id: string;
  readonly calibrationVersion: number;
  readonly out?: string;
  readonly secondSpace: string;
  readonly shipped: boolean;
}

const FITTED_TO = 'Fitted to other calls than yours? Run in shadow mode until it is fitted to your own.';
const SAME_CALL =
  'Same-call data: target trials share handset, room and day. Run in shadow mode until fitted to your calls.';

/** `vouch calibrate`: from labelled recordings to log-likelihood ratios. */
export function calibrateCommand(): Command {
  return speechFolderCommand('calibrate', 'fit scores to recordings of known speakers')
    .option('--data <dir>', 'folder of recordings, with a manifest.csv (docs/evaluation-data.md)')
    .option('--rows <file>', 'logged comparisons with their outcomes instead (docs/evaluation-data.md)')
    .requiredOption('--id <id>', 'the name of the calibration')
    .option('--calibration-version <n>', 'its version', wholeNumber(1), 1)
    .option(
      '--out <file>',
      'where it goes; by default into VOUCH_CALIBRATIONS_DIR, else into the folder of the models',
    )
    .option('--second-space <space>', 'the embedding space of the second opinion, or `none`', 'ge2e')
    .option('--shipped', 'say that it comes with the software', false)
    .action(run);
}

const PRIMARY_SPACE = 'campplus';

function spacesOf({ secondSpace }: CalibrateOptions, models: Models): readonly [string, string?] {
  if (secondSpace === 'none') return [PRIMARY_SPACE];
  if (!(secondSpace in models)) throw new UsageError(`There is no embedding space ${secondSpace}.`);
  return [PRIMARY_SPACE, secondSpace];
}

async function run(options: CalibrateOptions): Promise<void> {
  const { data, rows } = options;
  if ((data === undefined) === (rows === undefined))
    throw new UsageError('Either --data or --rows is needed.');
  const { modelsDir, models } = await readModels();
  const file =
    rows === undefined
      ? await fromSpeech(options, data ?? '', models)
      : await fromRows(options, rows, models);
  const out = options.out ?? defaultPath(options, modelsDir);
  await writeFile(out, `${JSON.stringify(file, null, 1)}\n`);
  console.log(`written: ${out}`);
}

/** In the operator's own folder each version has its file: those that are assigned must stay. */
function defaultPath({ id, calibrationVersion }: CalibrateOptions, modelsDir: string): string {
  const { calibrationsDir } = readConfig();
  if (calibrationsDir === '') return join(modelsDir, 'calibration', `${id}.json`);
  return join(calibrationsDir, `${id}@${calibrationVersion}.json`);
}

type Models = Readonly<Record<string, readonly string[]>>;

async function fromRows(options: CalibrateOptions, rows: string, models: Models): Promise<CalibrationFile> {
  const { id, calibrationVersion } = options;
  const about = { id, version: calibrationVersion, spaces: spacesOf(options, models), models };
  const read = await readLoggedRows(rows);
  for (const [measure, count] of Object.entries(unknownMeasures(read))) {
    console.error(`${count} of ${read.length} rows do not know ${measure}: the fit makes nothing of it.`);
  }
  return calibrateFromRows(read, about);
}

async function fromSpeech(options: CalibrateOptions, data: string, models: Models): Promise<CalibrationFile> {
  const { conditions } = options;
  const folder = { ...options, data };
  const { sessions, speech } = await openSpeechFolder(
    folder,
    (session, all) => !isDoubtful(session) && isMeasurable(session, all),
  );
  const line = new LiveLine(process.stderr);
  const file = await calibrate({
    speech,
    sessions,
    conditions,
    policy: DEFAULT_POLICY,
    id: options.id,
    version: options.calibrationVersion,
    shipped: options.shipped,
    warning: options.shipped ? SAME_CALL : FITTED_TO,
    spaces: spacesOf(options, models),
    models,
    replicates: options.replicates,
    onProgress: (what) => {
      line.show(what);
    },
  });
  line.clear();
  return file;
}
