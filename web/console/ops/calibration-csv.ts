import type { CalibrationRow } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';

type Row = Json<CalibrationRow>;

/** The columns that `vouch calibrate --rows` reads (docs/evaluation-data.md). */
const COLUMNS: Readonly<Record<string, (row: Row) => string | number | undefined>> = {
  score: ({ score = 0 }) => score,
  second_score: ({ secondScore }) => secondScore,
  net_speech_ms: ({ netSpeechMs = 0 }) => netSpeechMs,
  snr_db: ({ snrDb }) => snrDb,
  embedding_length: ({ embeddingLength }) => embeddingLength,
  level_spread_db: ({ levelSpreadDb }) => levelSpreadDb,
  band_contrast_db: ({ bandContrastDb }) => bandContrastDb,
  slow_decay_db: ({ slowDecayDb }) => slowDecayDb,
  source: ({ source = '' }) => word(source, 'SOURCE_PROFILE_').toLowerCase(),
  outcome: ({ outcome = '' }) => word(outcome, 'OUTCOME_'),
  speaker: ({ speaker }) => speaker,
};

/** Comparisons of confirmed calls as `vouch calibration rows` writes them. None of the cells can hold a comma. */
export function rowsAsCsv(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    Object.values(COLUMNS)
      .map((cell) => cell(row) ?? '')
      .join(','),
  );
  return [Object.keys(COLUMNS).join(','), ...lines, ''].join('\n');
}

function word(name: string, prefix: string): string {
  return name.replace(prefix, '').replace('UNSPECIFIED', '');
}
