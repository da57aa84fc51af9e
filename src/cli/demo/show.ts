import { seconds, table } from '../output.js';
import { asExpected, type Row } from './run.js';

/** A call in one line. */
export function describeRow(row: Row): string {
  const { name, claimed, decision, decidedAfterMs } = row;
  const who = claimed === '' ? 'nobody claimed' : `claimed ${claimed}`;
  const after = decidedAfterMs === null ? '' : ` after ${seconds(decidedAfterMs)}`;
  const wrong = asExpected(row) ? '' : `  expected ${row.expected}`;
  return `${mark(row)} ${name}, ${who}: ${decision}${after}${wrong}`;
}

/** The closing table. */
export function describeRows(rows: readonly Row[]): string {
  const headings = [
    '',
    'call',
    'claimed',
    'expected',
    'decision',
    'confidence',
    'net speech',
    'decided after',
  ];
  const cells = rows.map((row) => [
    mark(row),
    row.name,
    row.claimed,
    row.expected,
    row.decision,
    row.confidence?.toFixed(1) ?? '-',
    seconds(row.netSpeechMs),
    row.decidedAfterMs === null ? '-' : seconds(row.decidedAfterMs),
  ]);
  return table(headings, cells, [5, 6, 7]);
}

/** The closing words. */
export function describeResult(rows: readonly Row[], credits: readonly string[]): string {
  const wrong = rows.filter((row) => !asExpected(row)).length;
  const result =
    wrong === 0
      ? `${rows.length} calls, all as expected.`
      : `${wrong} of ${rows.length} calls not as expected.`;
  return `${result}\n\nThe voices, with thanks (fixtures/LICENCES.md):\n${credits.map((line) => `  ${line}`).join('\n')}`;
}

function mark(row: Row): string {
  return asExpected(row) ? '✓' : '✗';
}
