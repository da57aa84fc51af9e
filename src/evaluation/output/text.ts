import type { CallRates } from '../call-rates.js';
import type { Cell, Evaluation } from '../evaluate.js';
import type { Measured } from '../measure.js';

/** `1.23 [0.5, 2.1]`, per cent; `-` where it was not measured. */
export function percent({ value, interval }: Measured): string {
  if (value === null) return '-';
  const bounds = interval ? ` [${(100 * interval.low).toFixed(1)}, ${(100 * interval.high).toFixed(1)}]` : '';
  return `${(100 * value).toFixed(2)}${bounds}`;
}

/** Three decimals; `-` where it was not measured. */
export function decimal({ value }: Measured): string {
  return value === null ? '-' : value.toFixed(3);
}

/** `1.23 [0.5, 2.1] (3/326)`: with the genuine trials missed, and all of them. */
export function missRate(measured: Measured, misses: number | null, trials: number): string {
  return misses === null ? '-' : `${percent(measured)} (${misses}/${trials})`;
}

/** The columns of the table of results. */
const HEADINGS = [
  'corpus',
  'condition',
  'enrolled',
  's',
  'targets/impostors',
  'EER %',
  'minDCF',
  'FNMR % at FMR 1 %',
  'FNMR % at 0.1 %',
  'Cllr',
  'min',
  'policy FMR %',
  'FNMR %',
  'abstained %',
  'median s',
] as const;

function cellRow(cell: Cell): string[] {
  const { discrimination: found, calibration, policy } = cell;
  const median = cell.medianDecisionNetSpeechMs;
  return [
    cell.corpus,
    cell.condition,
    cell.enrolment === 'fixed' ? 'mulaw' : 'matched',
    String(cell.netSpeechSeconds),
    `${cell.targetTrials}/${cell.impostorTrials}`,
    percent(found.eer),
    decimal(found.minDcf),
    missRate(found.fnmrAtFmr1, found.missesAtFmr1, cell.targetTrials),
    missRate(found.fnmrAtFmr01, found.missesAtFmr01, cell.targetTrials),
    decimal(calibration.cllr),
    decimal(calibration.cllrMin),
    percent(policy.fmr),
    percent(policy.fnmr),
    percent(policy.abstained),
    median === null ? '-' : (median / 1000).toFixed(1),
  ];
}

/** The columns of the table of whole calls. */
const CALL_HEADINGS = [
  'corpus',
  'condition',
  'comparisons',
  'FMR % of the call',
  'accepted/impostor calls',
  'genuine accepted',
  'rejected',
  'median s',
] as const;

function callRow(rates: CallRates): string[] {
  const median = rates.medianAcceptNetSpeechMs;
  return [
    rates.corpus,
    rates.condition,
    String(rates.comparisons),
    percent({ value: rates.fmr, interval: rates.fmrInterval }),
    `${rates.falseAccepts}/${rates.impostorCalls}`,
    `${rates.genuineAccepted}/${rates.genuineCalls}`,
    String(rates.genuineRejected),
    median === null ? '-' : (median / 1000).toFixed(1),
  ];
}

const CHANGE_HEADINGS = [
  'corpus',
  'spliced calls',
  'noticed within 6 s',
  'within 9 s',
  'median s',
  'unspliced calls',
  'of median s',
  'false alarms',
] as const;

/** All of an evaluation as tables. */
export function evaluationText(
  { cells, calls, speakerChange, nonSpeech, leftOut }: Evaluation,
  table: (headings: readonly string[], rows: readonly (readonly string[])[]) => string,
): string {
  const parts = [table(HEADINGS, cells.map(cellRow))];
  if (calls.length > 0) parts.push(`Whole calls\n${table(CALL_HEADINGS, calls.map(callRow))}`);
  if (speakerChange.length > 0) {
    const rows = speakerChange.map((found) => [
      found.corpus,
      String(found.splicedCalls),
      share(found.noticedWithin6s, found.splicedCalls),
      share(found.noticedWithin9s, found.splicedCalls),
      seconds(found.medianDelayMs),
      String(found.unsplicedCalls),
      seconds(found.unsplicedNetSpeechMs),
      share(found.falseAlarms, found.unsplicedCalls),
    ]);
    parts.push(`Changes of speaker\n${table(CHANGE_HEADINGS, rows)}`);
  }
  if (nonSpeech) {
    const { accepts, tries, sounds, takenForSpeech } = nonSpeech;
    parts.push(
      `What is not speech: ${accepts} acceptances in ${tries} tries (${sounds} sounds, ${takenForSpeech.length} of them taken for speech in part).`,
    );
  }
  for (const { corpus, reason } of leftOut) parts.push(`${corpus} was left out: ${reason}.`);
  return parts.join('\n\n');
}

function share(part: number, all: number): string {
  return `${part} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1000).toFixed(1);
}
