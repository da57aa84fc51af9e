import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CalibrationRow } from '../../gen/vouch/v1/admin.js';
import { SourceProfile } from '../../gen/vouch/v1/common.js';
import { clientCommand, type ClientOptions } from '../command.js';
import { connected } from '../connection.js';
import { answer, word } from '../output.js';

interface RowsOptions extends ClientOptions {
  readonly out: string;
  readonly questions: boolean;
}

/** The columns that `vouch calibrate --rows` reads (docs/evaluation-data.md). */
const COLUMNS: Readonly<Record<string, (row: CalibrationRow) => string | number | undefined>> = {
  score: (row) => row.score,
  second_score: (row) => row.secondScore,
  net_speech_ms: (row) => row.netSpeechMs,
  snr_db: (row) => row.snrDb,
  embedding_length: (row) => row.embeddingLength,
  level_spread_db: (row) => row.levelSpreadDb,
  band_contrast_db: (row) => row.bandContrastDb,
  slow_decay_db: (row) => row.slowDecayDb,
  source: (row) =>
    row.source === SourceProfile.UNSPECIFIED ? '' : word(row.source, 'SOURCE_PROFILE').toLowerCase(),
  outcome: (row) => word(row.outcome, 'OUTCOME'),
  speaker: (row) => row.speaker,
};

/** `vouch calibration rows`: logged comparisons for `vouch calibrate --rows`. */
export function calibrationRowsCommand(): Command {
  return clientCommand('rows', 'write the comparisons of calls whose outcome was reported')
    .requiredOption('--out <file>', 'where they go, as CSV; an existing file is not overwritten')
    .option('--questions', 'also where only the ordinary questions told who it was', false)
    .action(rows);
}

async function rows(options: RowsOptions): Promise<void> {
  // Scores of customers: for its owner alone.
  const file = await open(options.out, 'wx', 0o600);
  let count = 0;
  try {
    await file.write(`${Object.keys(COLUMNS).join(',')}\n`);
    await connected(options, async ({ admin }) => {
      for await (const { row } of admin.exportCalibrationRows({ withQuestions: options.questions })) {
        if (!row) continue;
        const cells = Object.values(COLUMNS).map((cell) => cell(row) ?? '');
        await file.write(`${cells.join(',')}\n`);
        count++;
      }
    });
  } finally {
    await file.close();
  }
  answer(options, { rows: count, file: options.out }, `${count} rows: ${options.out}`);
}
