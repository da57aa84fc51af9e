import type { Baseline, Cell } from '../cells.js';
import { missRate, percent, type TextTable } from './text.js';

const HEADINGS = [
  'corpus',
  'condition',
  'enrolled',
  's',
  'one embedding of',
  'targets/impostors',
  'EER %',
  'ours minus it',
  'FNMR % at FMR 1 %',
  'ours minus it',
] as const;

/** Beside each of our rates that has one: what one embedding a test and a plain cosine would give. */
export function baselineTable(cells: readonly Cell[]): TextTable {
  const rows = cells.flatMap((cell) => [
    ...baselineRow(cell, 'net speech', cell.baseline),
    ...baselineRow(cell, 'audio, pauses included', cell.baselineWithPauses),
  ]);
  return { headings: HEADINGS, rows };
}

function baselineRow(cell: Cell, of: string, baseline: Baseline | null): string[][] {
  if (!baseline) return [];
  const { discrimination: found, difference } = baseline;
  return [
    [
      cell.corpus,
      cell.condition,
      cell.enrolment === 'fixed' ? 'mulaw' : 'matched',
      String(cell.netSpeechSeconds),
      of,
      `${cell.targetTrials}/${cell.impostorTrials}`,
      percent(found.eer),
      percent(difference.eer),
      missRate(found.fnmrAtFmr1, found.missesAtFmr1, cell.targetTrials),
      percent(difference.fnmrAtFmr1),
    ],
  ];
}
