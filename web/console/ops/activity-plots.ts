import { html, nothing } from 'lit';
import type { GetActivityResponse } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import '../plots/plot.js';
import { shareBar } from '../plots/share-bar.js';
import { stackedBars } from '../plots/stacked-bars.js';
import { count, MINUTE } from '../shell/format.js';
import { table } from '../shell/table.js';
import { kindWords, OUTCOMES, reasonWords, sourceWords } from './words.js';

type Activity = Json<GetActivityResponse>;

/** What became of calls: over time, why some came to nothing, and what was wrong with the audio. */
export function activityPlots(activity: Activity): unknown {
  return html`<div class="card">${decisions(activity)}</div>
    <div class="columns">
      <section class="card" aria-labelledby="abstentions">${abstentions(activity)}</section>
      <section class="card" aria-labelledby="quality">${quality(activity)}</section>
    </div>`;
}

/** Some hours together, one bar. */
interface Bin {
  readonly begins: Date;
  readonly counts: readonly number[];
}

/** Bars that are still wide enough on a phone. */
const MOST_BARS = 28;

function binsOf({ hours = [] }: Activity): Bin[] {
  const size = Math.ceil(hours.length / MOST_BARS);
  return Array.from({ length: Math.ceil(hours.length / size) }, (_, index) => {
    const within = hours.slice(index * size, (index + 1) * size);
    const counted = within.flatMap(({ decisions: rows = [] }) => rows);
    return {
      begins: new Date(within[0]?.beginsAt ?? 0),
      counts: OUTCOMES.map(({ has }) =>
        counted.reduce((sum, { kind = '', calls = 0 }) => sum + (has(kind) ? calls : 0), 0),
      ),
    };
  });
}

const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });
const BOTH = new Intl.DateTimeFormat('en-GB', MINUTE);

function decisions(activity: Activity): unknown {
  const bins = binsOf(activity);
  const week = (activity.hours ?? []).length > 24;
  const labels = bins.map(({ begins }) => (week ? DAY : HOUR).format(begins));
  const totals = OUTCOMES.map((_, which) => bins.reduce((sum, { counts }) => sum + (counts[which] ?? 0), 0));
  const all = totals.reduce((sum, each) => sum + each, 0);
  const layers = OUTCOMES.map(({ look }, which) => ({
    look,
    values: bins.map(({ counts }) => counts[which] ?? 0),
  }));
  const summary =
    all === 0
      ? 'No call came to a decision in this time.'
      : `${count(all, 'call')}: ${OUTCOMES.map(({ text }, which) => `${totals[which]} ${text.toLowerCase()}`).join(', ')}. Each counts once, by its newest decision.`;
  return html`<v-plot
    .heading=${week ? 'Decisions every 6 hours' : 'Decisions every hour'}
    .summary=${summary}
    .legend=${OUTCOMES.map(({ look, text }) => ({ look, text }))}
    .draw=${(width: number) => stackedBars(labels, layers, width, 220)}
    .table=${{
      columns: [
        { head: 'From', cell: ([from]: readonly unknown[]) => from },
        ...OUTCOMES.map(({ text }, which) => ({
          head: text,
          number: true,
          cell: (row: readonly unknown[]) => row[which + 1],
        })),
      ],
      rows: bins.map(({ begins, counts }) => [BOTH.format(begins), ...counts]),
    }}
  ></v-plot>`;
}

function abstentions({ abstentions: rows = [], decidedCalls = 0 }: Activity): unknown {
  return html`<h3 id="abstentions">Why calls came to nothing</h3>
    ${
      rows.length === 0
        ? html`<p class="quiet">No call ended without an answer in this time.</p>`
        : html`<p class="small">
              Of ${count(decidedCalls, 'call')}. One with several reasons stands under each. Agents ask the
              ordinary questions then.
            </p>
            ${table(
              'Calls without an answer, by reason',
              [
                { head: 'Decision', cell: ({ kind }) => kindWords(kind) },
                { head: 'Reason', cell: ({ reason }) => reasonWords(reason) },
                { head: 'Calls', number: true, cell: ({ calls }) => calls },
                { head: 'Share', cell: ({ calls = 0 }) => shareBar(calls / Math.max(1, decidedCalls)) },
              ],
              rows.slice(0, 12),
            )}`
    }`;
}

function quality({ qualityProblems = [] }: Activity): unknown {
  const all = new Map(
    qualityProblems
      .filter(({ problem }) => isAll(problem))
      .map(({ source, calls = 0 }) => [source, calls] as const),
  );
  const rows = qualityProblems.filter(({ problem }) => !isAll(problem));
  return html`<h3 id="quality">Problems of audio, by source</h3>
    ${
      rows.length === 0
        ? html`<p class="quiet">
            ${all.size === 0 ? 'There was no call in this time.' : 'No call had a problem with its audio in this time.'}
          </p>`
        : html`<p class="small">
              The share is of all calls from that source. Trouble with one source alone points to its network
              or its transcoding.
            </p>
            ${table(
              'Problems of audio, by source',
              [
                { head: 'Source', cell: ({ source }) => sourceWords(source) },
                { head: 'Problem', cell: ({ problem }) => reasonWords(problem) },
                {
                  head: 'Calls',
                  number: true,
                  cell: ({ source, calls }) => html`${calls} of ${all.get(source) ?? nothing}`,
                },
                {
                  head: 'Share',
                  cell: ({ source, calls = 0 }) => shareBar(calls / Math.max(1, all.get(source) ?? 1)),
                },
              ],
              rows,
            )}`
    }`;
}

function isAll(problem: string | undefined): boolean {
  return problem === undefined || problem === 'REASON_CODE_UNSPECIFIED';
}
