import type { Evaluation } from '../evaluate.js';
import { baselineTable } from './baseline-table.js';
import {
  callTable,
  cellTable,
  changeTable,
  nonSpeechText,
  splitTable,
  type LayOut,
  type TextTable,
} from './text.js';

/** All of an evaluation as tables. */
export function evaluationText(
  { targetFalseMatchRate, cells, calls, speakerChange, nonSpeech, leftOut }: Evaluation,
  layOut: LayOut,
): string {
  const show = (title: string, { headings, rows }: TextTable) =>
    rows.length > 0 ? [`${title}\n${layOut(headings, rows)}`] : [];
  return [
    ...show(`Error rates; policy: ${100 * targetFalseMatchRate} % of impostor calls`, cellTable(cells)),
    ...show('Against one embedding, plain cosine', baselineTable(cells)),
    ...show('By sex, language and device', splitTable(cells)),
    ...show('Whole calls', callTable(calls)),
    ...show('Changes of speaker', changeTable(speakerChange)),
    ...(nonSpeech ? [nonSpeechText(nonSpeech)] : []),
    ...leftOut.map(({ corpus, reason }) => `${corpus} was left out: ${reason}.`),
  ].join('\n\n');
}
