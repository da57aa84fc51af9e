import type { AblationRow } from '../ablations/ablate.js';
import type { CallRates } from '../call-rates.js';
import type { Cell } from '../cells.js';
import type { Measured } from '../measure.js';
import type { NonSpeechResult } from '../non-speech.js';
import type { SpeakerChangeResult } from '../speaker-change.js';

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

/** The columns of the table of rates by sex, language and device. */
const SPLIT_HEADINGS = [
  'corpus',
  'condition',
  'enrolled',
  's',
  'enrolment and test',
  'targets/impostors',
  'EER %',
  'FNMR % at FMR 1 %',
  'policy FMR %',
] as const;

export function splitTable(cells: readonly Cell[]): TextTable {
  const rows = cells.flatMap((cell) =>
    cell.splits.map((split) => [
      cell.corpus,
      cell.condition,
      cell.enrolment === 'fixed' ? 'mulaw' : 'matched',
      String(cell.netSpeechSeconds),
      `${split.same ? 'same' : 'other'} ${split.by}`,
      `${split.targetTrials}/${split.impostorTrials}`,
      percent(split.eer),
      missRate(split.fnmrAtFmr1, split.missesAtFmr1, split.targetTrials),
      percent(split.policyFmr),
    ]),
  );
  return { headings: SPLIT_HEADINGS, rows };
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

/** Makes a table. */
export type LayOut = (headings: readonly string[], rows: readonly (readonly string[])[]) => string;

/** A table that is still to be laid out. */
export interface TextTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function cellTable(cells: readonly Cell[]): TextTable {
  return { headings: HEADINGS, rows: cells.map(cellRow) };
}

export function callTable(calls: readonly CallRates[]): TextTable {
  return { headings: CALL_HEADINGS, rows: calls.map(callRow) };
}

export function changeTable(found: readonly SpeakerChangeResult[]): TextTable {
  const rows = found.map((each) => [
    each.corpus,
    String(each.splicedCalls),
    share(each.noticedWithin6s, each.splicedCalls),
    share(each.noticedWithin9s, each.splicedCalls),
    seconds(each.medianDelayMs),
    String(each.unsplicedCalls),
    seconds(each.unsplicedNetSpeechMs),
    share(each.falseAlarms, each.unsplicedCalls),
  ]);
  return { headings: CHANGE_HEADINGS, rows };
}

export function nonSpeechText({ accepts, tries, sounds, takenForSpeech }: NonSpeechResult): string {
  return `What is not speech: ${accepts} acceptances in ${tries} tries (${sounds} sounds, ${takenForSpeech.length} of them taken for speech in part).`;
}

const ABLATION_HEADINGS = [
  'corpus',
  'condition',
  's',
  'tried',
  'targets/impostors',
  'EER %',
  'minus plain',
  'FNMR % at FMR 1 %',
  'minus plain',
] as const;

/** What was tried, as a table. */
export function ablationText(rows: readonly AblationRow[], layOut: LayOut): string {
  return layOut(
    ABLATION_HEADINGS,
    rows.map(({ discrimination: found, difference, targetTrials, ...row }) => [
      row.corpus,
      row.condition,
      String(row.netSpeechSeconds),
      row.variant,
      `${targetTrials}/${row.impostorTrials}`,
      percent(found.eer),
      percent(difference.eer),
      missRate(found.fnmrAtFmr1, found.missesAtFmr1, targetTrials),
      percent(difference.fnmrAtFmr1),
    ]),
  );
}

function share(part: number, all: number): string {
  return `${part} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1000).toFixed(1);
}
