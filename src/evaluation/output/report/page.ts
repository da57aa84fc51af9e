import type { Cell } from '../../cells.js';
import type { Evaluation } from '../../evaluate.js';
import { baselineTable } from '../baseline-table.js';
import {
  cellTable,
  callTable,
  changeTable,
  nonSpeechText,
  percent,
  splitTable,
  type TextTable,
} from '../text.js';
import { detPlot, histogramPlot, reliabilityPlot } from './plots.js';
import { escapeHtml } from './svg.js';

/** What the page says of where its figures come from. */
export interface ReportFrame {
  readonly madeAt: Date;
  readonly calibration: string;
  /** The warning of the calibration. */
  readonly warning: string;
  readonly models: readonly string[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --c0: #0b6bcb; --c1: #1a7f37; --c2: #9a6700; --c3: #c4320a; --c4: #8250df; --c5: #0a7d8c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9aa4af; --line: #30363d;
  --panel: #161b22; --c0: #58a6ff; --c1: #56d364; --c2: #e3b341; --c3: #ff8e70; --c4: #bc8cff; --c5: #39c5cf; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { margin: 2.6rem 0 .6rem; font-size: 1.25rem; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1.05rem; } p { max-width: 46rem; } .soft { color: var(--soft); }
.notice { border-left: 4px solid var(--c2); background: var(--panel); padding: .7rem 1rem; max-width: 46rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 1.2rem 0; }
.figures div { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; background: var(--panel); }
.figures strong { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.2rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .8rem; } svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--line); stroke-width: .6; }
.diagonal { stroke: var(--soft); stroke-dasharray: 4 4; } figcaption { font-size: .9rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem .9rem; padding: 0; margin: .3rem 0 0; color: var(--soft); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .35rem; vertical-align: -1px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { position: sticky; top: 0; background: var(--panel); } dt { font-weight: 600; } dd { margin: 0 0 .5rem; max-width: 46rem; }
${[0, 1, 2, 3, 4, 5].map((i) => `.s${i} { fill: none; stroke: var(--c${i}); stroke-width: 1.8; } .f${i} { fill: var(--c${i}); } .c${i} { background: var(--c${i}); }`).join('\n')}
`;

const WORDS: readonly (readonly [string, string])[] = [
  ['Net speech', 'Speech that is left when silence and everything else is taken out.'],
  ['FMR, false-match rate', 'Share of comparisons with somebody else that are accepted as the same person.'],
  ['FNMR, false non-match rate', 'Share of comparisons with the same person that are not recognised.'],
  [
    'EER',
    'The rate at which both errors are equal: one number for how well voices are told apart. Lower is better.',
  ],
  [
    'Log-likelihood ratio',
    'How much more likely the speech is if it is the claimed person than if it is not; natural logarithm.',
  ],
  [
    'Cllr',
    'What it costs to rely on that number, in bits: 0 is perfect, 1 says nothing. Its minimum is what perfect calibration would leave.',
  ],
  [
    'Abstained',
    'Genuine callers whom the service neither accepts nor rejects: they are asked the usual questions.',
  ],
  [
    '[low, high]',
    'The 95 % interval, by bootstrap over speakers: repeated with other speakers of the same kind, the figure would mostly lie in it.',
  ],
];

/** A page that holds all of an evaluation and loads nothing from elsewhere. */
export function reportPage(evaluation: Evaluation, frame: ReportFrame): string {
  const { cells, leftOut } = evaluation;
  const corpora = [...new Set(cells.map(({ corpus }) => corpus))];
  const date = frame.madeAt.toISOString().slice(0, 10);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Accuracy report</title><style>${STYLE}</style></head><body>
<h1>How often is the service wrong?</h1>
<p class="soft">Measured on ${date} with the calibration ${escapeHtml(frame.calibration)} and ${escapeHtml(frame.models.join(', '))}.
The policy asks that at most ${100 * evaluation.targetFalseMatchRate} % of impostor calls be accepted.</p>
<p class="notice">${escapeHtml(frame.warning)}</p>
${summary(evaluation)}
<h2>Words</h2><dl>${WORDS.map(([word, meaning]) => `<dt>${escapeHtml(word)}</dt><dd>${escapeHtml(meaning)}</dd>`).join('')}</dl>
${callSection(evaluation)}
${corpora
  .map((corpus) =>
    corpusSection(
      corpus,
      cells.filter((cell) => cell.corpus === corpus),
    ),
  )
  .join('\n')}
${leftOut.map(({ corpus, reason }) => `<p>${escapeHtml(corpus)} was left out: ${escapeHtml(reason)}.</p>`).join('')}
</body></html>
`;
}

function summary({ calls, speakerChange, nonSpeech }: Evaluation): string {
  const boxes: [string, string][] = [];
  for (const rates of calls.filter(({ corpus }) => corpus === 'all')) {
    boxes.push([
      `${percent({ value: rates.fmr, interval: rates.fmrInterval })} %`,
      `of impostor calls accepted, over the whole call, with ${rates.comparisons === 1 ? 'one comparison' : `${rates.comparisons} comparisons`}`,
    ]);
    if (rates.comparisons === 1 && rates.medianAcceptNetSpeechMs !== null) {
      boxes.push([
        `${(rates.medianAcceptNetSpeechMs / 1000).toFixed(1)} s`,
        'median net speech to an acceptance',
      ]);
    }
  }
  const spliced = speakerChange.reduce((sum, each) => sum + each.splicedCalls, 0);
  const noticed = speakerChange.reduce((sum, each) => sum + each.noticedWithin6s, 0);
  if (spliced > 0)
    boxes.push([`${((100 * noticed) / spliced).toFixed(0)} %`, 'of changes of speaker noticed within 6 s']);
  if (nonSpeech)
    boxes.push([`${nonSpeech.accepts} of ${nonSpeech.tries}`, 'acceptances of what is not speech']);
  return `<div class="figures">${boxes.map(([value, of]) => `<div><strong>${escapeHtml(value)}</strong>${escapeHtml(of)}</div>`).join('')}</div>`;
}

function callSection(evaluation: Evaluation): string {
  if (evaluation.calls.length === 0) return '';
  return `<h2>Whole calls</h2>
<p>A call is looked at after every three seconds of net speech until it is decided. An impostor call counts as accepted if it was
accepted at any moment, by any claim, with any voiceprint.</p>${htmlTable(callTable(evaluation.calls))}
<h2>Changes of speaker</h2>${htmlTable(changeTable(evaluation.speakerChange))}
${evaluation.nonSpeech ? `<p>${escapeHtml(nonSpeechText(evaluation.nonSpeech))}</p>` : ''}`;
}

function corpusSection(corpus: string, cells: readonly Cell[]): string {
  const conditions = [...new Set(cells.map(({ condition }) => condition))];
  const sections = conditions.map((condition) => {
    const shown = cells.filter((cell) => cell.condition === condition && cell.enrolment === 'fixed');
    const [first] = shown;
    if (!first) return '';
    return `<details><summary>${escapeHtml(condition)}</summary><div class="plots">${detPlot(shown)}${reliabilityPlot(shown)}${histogramPlot(first)}</div></details>`;
  });
  return `<h2>${escapeHtml(corpus)}</h2>
<p class="soft">${Math.max(...cells.map(({ speakers }) => speakers))} speakers. Enrolled with
${((cells[0]?.enrolmentNetSpeechMs ?? 0) / 1000).toFixed(1)} s of net speech (median).</p>
${htmlTable(cellTable(cells))}${baselineSection(cells)}${splitSection(cells)}<h3>Plots by condition</h3>${sections.join('')}`;
}

function baselineSection(cells: readonly Cell[]): string {
  const table = baselineTable(cells);
  if (table.rows.length === 0) return '';
  return `<h3>Against one embedding, plain cosine</h3>
<p class="soft">What the same model would do alone: one embedding of each test against one of the enrolment, compared by cosine, not
calibrated. Once of the net speech that this service's detector found, once of all the audio from its beginning to its end. Below 0
in a difference: fewer errors than that.</p>${htmlTable(table)}`;
}

function splitSection(cells: readonly Cell[]): string {
  const table = splitTable(cells);
  return table.rows.length > 0 ? `<h3>By sex, language and device</h3>${htmlTable(table)}` : '';
}

function htmlTable({ headings, rows }: TextTable): string {
  const head = headings.map((heading) => `<th>${escapeHtml(heading)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
