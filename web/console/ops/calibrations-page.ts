import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type {
  Calibration,
  CalibrationAssignment,
  CalibrationInForce,
  CalibrationRow,
} from '../../../src/gen/vouch/v1/admin.js';
import { ApiError } from '../../shared/api-error.js';
import type { Json } from '../../shared/json.js';
import { download } from '../shell/download.js';
import { tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { table } from '../shell/table.js';
import { rowsAsCsv } from './calibration-csv.js';
import { loaded, nameOf, past, reference } from './calibration-tables.js';
import { opsStyles } from './styles.js';
import { SOURCES, sourceWords } from './words.js';

const FIT: Readonly<Record<string, unknown>> = {
  CALIBRATION_FIT_FITTED: tag('Fitted to such calls', 'good'),
  CALIBRATION_FIT_SHIPPED: tag('Shipped: fitted to other calls', 'warn'),
  CALIBRATION_FIT_OTHER_SOURCE: tag('Fitted to another source', 'warn'),
};

interface Standing {
  readonly calibrations: readonly Json<Calibration>[];
  readonly inForce: readonly Json<CalibrationInForce>[];
  readonly history: readonly Json<CalibrationAssignment>[];
}

/** Which calibration counts for which calls, and how one gets rows to fit one of one's own. */
@customElement('v-calibrations')
export class CalibrationsPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  readonly #standing = new Load<Standing>(this, async (signal) => {
    const [{ calibrations = [] }, { inForce = [], history = [] }] = await Promise.all([
      this.api.admin.listCalibrations({}, signal),
      this.api.admin.getCalibrationAssignments({}, signal),
    ]);
    return { calibrations, inForce, history };
  });

  protected override heading(): unknown {
    return 'Calibration';
  }

  protected override body(): unknown {
    return html`<p>
        A calibration says how much a likeness of voices proves. The shipped one was fitted to other calls
        than yours: run in shadow mode until you have fitted one to your own.
      </p>
      ${this.#standing.render(
        (standing) =>
          html`${this.#inForce(standing)} ${loaded(standing.calibrations)}
          ${this.session.may('ADMINISTRATOR') ? this.#export() : nothing} ${past(standing.history)}`,
      )}`;
  }

  #inForce({ inForce, calibrations }: Standing): unknown {
    const may = this.session.may('ADMINISTRATOR');
    return html`<section class="card stack" aria-labelledby="in-force">
      <div class="spread">
        <h2 id="in-force">What counts for which calls</h2>
        ${
          may
            ? html`<button
                @click=${() => {
                  this.#assign(calibrations);
                }}
              >
                Assign a calibration…
              </button>`
            : nothing
        }
      </div>
      ${table(
        'Calibrations by source of calls',
        [
          { head: 'Calls from', cell: ({ source }) => sourceWords(source, 'Sources not stated') },
          { head: 'Calibration', cell: ({ calibration }) => reference(calibration) },
          { head: 'Fit', cell: ({ fit }) => FIT[fit ?? ''] ?? '–' },
        ],
        inForce,
      )}
    </section>`;
  }

  #assign(calibrations: readonly Json<Calibration>[]): void {
    this.dialog.ask({
      heading: 'Assign a calibration',
      text: 'For calls that begin from now on. Live calls keep theirs.',
      fields: [
        {
          name: 'source',
          label: 'For calls from',
          kind: 'select',
          options: [['', 'All sources for which nothing of their own is assigned'], ...SOURCES],
        },
        {
          name: 'calibration',
          label: 'Calibration',
          kind: 'select',
          api: 'calibration_id',
          initial: nameOf(calibrations[0]?.reference),
          options: [
            ...calibrations.map(
              ({ reference: each, shipped }) =>
                [nameOf(each), `${each?.id} version ${each?.version}${shipped ? ', shipped' : ''}`] as const,
            ),
            ['', 'Take back what is assigned'],
          ],
        },
        {
          name: 'reason',
          label: 'Why',
          maximumBytes: 1000,
          hint: 'Stands in the history. No names of customers.',
        },
      ],
      submit: 'Assign',
      done: 'Assigned. Calls that begin now go by it.',
      run: async ({ source = '', calibration = '', reason = '' }, idempotencyKey) => {
        const chosen = calibrations.find(({ reference: each }) => nameOf(each) === calibration)?.reference;
        await this.api.admin.assignCalibration({
          ...(source === '' ? {} : { source: source as 'SOURCE_PROFILE_MOBILE' }),
          calibrationId: chosen?.id ?? '',
          calibrationVersion: chosen?.version ?? 0,
          reason,
          idempotencyKey,
        });
        await this.#standing.reload();
      },
    });
  }

  #export(): unknown {
    return html`<section class="card stack" aria-labelledby="export">
      <h2 id="export">Fit one to your own calls</h2>
      <p>
        Report what turned out to be true of calls, from people who agreed to such use. Then export the
        comparisons and fit a calibration with <code>vouch calibrate --rows</code>. The file holds scores of
        customers under pseudonyms: remove it when it is no longer needed. That it was exported stands in the
        audit trail.
      </p>
      <p>
        <button
          @click=${() => {
            this.#askExport();
          }}
        >
          Export the comparisons…
        </button>
      </p>
    </section>`;
  }

  #askExport(): void {
    this.dialog.ask({
      heading: 'Export comparisons of confirmed calls',
      fields: [
        {
          name: 'withQuestions',
          label: 'Also calls of which only the security questions told who it was',
          kind: 'check',
          optional: true,
          hint: 'More rows, less certain ones.',
        },
      ],
      submit: 'Export',
      run: async ({ withQuestions }) => {
        const rows: Json<CalibrationRow>[] = [];
        for await (const { row } of this.api.admin.exportCalibrationRows({
          withQuestions: withQuestions === 'yes',
        }))
          if (row) rows.push(row);
        if (rows.length === 0)
          throw new ApiError('FAILED_PRECONDITION', 'NOTHING_TO_EXPORT', {
            message:
              'There is nothing to export yet: no outcome was reported of a call whose speaker agreed to the use of scores.',
          });
        download('calibration-rows.csv', 'text/csv', [rowsAsCsv(rows)]);
      },
      done: 'The comparisons are in the file calibration-rows.csv.',
    });
  }
}
