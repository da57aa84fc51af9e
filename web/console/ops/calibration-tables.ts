import { html, nothing } from 'lit';
import type { Calibration, CalibrationAssignment } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';
import { percent } from '../plots/scale.js';
import { id, moment, tag } from '../shell/format.js';
import { table } from '../shell/table.js';
import { sourceWords } from './words.js';

interface Reference {
  readonly id?: string | undefined;
  readonly version?: number | undefined;
}

export function nameOf(of: Reference | undefined): string {
  return of ? `${of.version} ${of.id}` : '';
}

export function reference(of: Reference | undefined): unknown {
  return of?.id ? html`${id(of.id)} version ${of.version}` : 'Taken back';
}

export function loaded(calibrations: readonly Json<Calibration>[]): unknown {
  return html`<section class="card stack" aria-labelledby="loaded">
    <h2 id="loaded">Calibrations that are loaded</h2>
    ${table(
      'Calibrations that are loaded',
      [
        {
          head: 'Calibration',
          cell: ({ reference: each, configured }) =>
            html`${reference(each)} ${configured ? tag('Where nothing is assigned') : nothing}`,
        },
        {
          head: 'Fitted to',
          cell: ({ shipped, sources = [] }) =>
            shipped
              ? 'Other calls than yours'
              : sources.length === 0
                ? 'Your calls'
                : sources.map((each) => sourceWords(each)).join(', '),
        },
        {
          head: 'False matches, as measured over whole calls',
          cell: ({ maps = [] }) => rates(maps[0]?.thresholds ?? []),
        },
        { head: 'What to know', cell: ({ warning = '' }) => (warning === '' ? '–' : warning) },
      ],
      calibrations,
    )}
  </section>`;
}

type Threshold = NonNullable<NonNullable<Json<Calibration>['maps']>[number]['thresholds']>[number];

function rates(thresholds: readonly Threshold[]): unknown {
  return html`<ul class="plain">
    ${thresholds.map(({ targetFalseMatchRate, measured = [] }) => {
      const rate = measured[0]?.rate;
      return html`<li>
        below ${percent(targetFalseMatchRate)}: <strong>${percent(rate?.rate)}</strong>
        <span class="small quiet">(${percent(rate?.low)} to ${percent(rate?.high)})</span>
      </li>`;
    })}
  </ul>`;
}

export function past(history: readonly Json<CalibrationAssignment>[]): unknown {
  return html`<section class="card stack" aria-labelledby="past">
    <h2 id="past">Who assigned what</h2>
    ${
      history.length === 0
        ? html`<p class="quiet">
            Nothing was assigned yet: the configured calibration counts for all calls.
          </p>`
        : table(
            'Assignments, the latest first',
            [
              { head: 'When', cell: ({ createdAt }) => moment(createdAt) },
              { head: 'Calls from', cell: ({ source }) => sourceWords(source, 'All sources') },
              { head: 'Calibration', cell: ({ calibration }) => reference(calibration) },
              { head: 'Who', cell: ({ createdBy }) => id(createdBy) },
              { head: 'Why', cell: ({ reason }) => (reason ? html`<bdi>${reason}</bdi>` : '–') },
            ],
            history,
          )
    }
  </section>`;
}
