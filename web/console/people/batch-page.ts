import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { EnrolmentJob, EnrolmentJobRow } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { errorBox } from '../shell/error-box.js';
import { id, moment, tag } from '../shell/format.js';
import { Load, Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { Poll } from '../shell/poll.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { wordsForReason } from '../shell/words.js';
import { jobTag } from './batches-page.js';
import { download } from '../shell/download.js';
import { csvLine } from './csv.js';
import { OFFICERS } from './roles.js';

const POLL_MS = 1500;
const REPORT_COLUMNS = [
  'row',
  'file',
  'speakerId',
  'label',
  'result',
  'reason',
  'field',
  'voiceprintId',
  'finishedAt',
] as const;

type Row = Json<EnrolmentJobRow>;

/** A batch job: how far it is, and what came of each row. */
@customElement('v-batch')
export class BatchPage extends Page {
  @state() private reporting = false;
  @state() private reportError: unknown;

  readonly #job = new Load(this, async (signal) => {
    const { job = {} } = await this.api.enrolment.getEnrolmentJob({ jobId: this.#id }, signal);
    // Rows with their last results.
    if (isRunning(this.#job.value) && !isRunning(job)) void this.#rows.reload();
    return job;
  });

  readonly #rows = new Paged(this, async (pageToken, signal) => {
    const page = await this.api.enrolment.listEnrolmentJobRows(
      { jobId: this.#id, pageSize: 100, pageToken },
      signal,
    );
    return { items: page.rows, next: page.nextPageToken };
  });

  get #id(): string {
    return this.params['id'] ?? '';
  }

  readonly #poll = new Poll(
    this,
    POLL_MS,
    this.#job,
    () => this.#job.value !== undefined && !isRunning(this.#job.value),
  );

  protected override heading(): unknown {
    return 'Batch job';
  }

  protected override body(): unknown {
    return html`<section class="card stack" aria-labelledby="progress">
        <div class="spread">
          <h2 id="progress">Progress</h2>
          ${this.#poll.render()}
        </div>
        ${this.#job.render((job) => this.#progress(job))}
      </section>
      <section class="card stack" aria-labelledby="rows">
        <div class="spread">
          <h2 id="rows">Rows</h2>
          <div class="row">
            <button @click=${() => void this.#rows.reload()}>Refresh</button>
            <button aria-disabled=${this.reporting ? 'true' : nothing} @click=${() => void this.#report()}>
              ${this.reporting ? 'The report is being made…' : 'Download the report'}
            </button>
          </div>
        </div>
        ${this.reportError === undefined ? nothing : errorBox(this.reportError, () => void this.#report())}
        ${this.#rows.render((rows) =>
          rows.length === 0
            ? html`<p class="quiet">The manifest has no rows.</p>`
            : html`${this.#table(rows)}${this.#rows.renderMore()}`,
        )}
      </section>`;
  }

  #progress(job: Json<EnrolmentJob>): unknown {
    const { state, rows = 0, enrolled = 0, skipped = 0, failed = 0, createdAt, endedAt } = job;
    const done = enrolled + skipped + failed;
    const running = isRunning(job);
    return html`<div>
        <label for="done">${done} of ${rows} rows have their result</label>
        <progress id="done" max=${Math.max(1, rows)} .value=${done}></progress>
      </div>
      <p class="visually-hidden" role="status">
        ${running ? `${Math.floor((done / Math.max(1, rows)) * 10) * 10} percent` : 'The job is over.'}
      </p>
      ${facts([
        ['State', jobTag(state)],
        ['Enrolled', enrolled],
        ['Skipped', skipped],
        ['Failed', failed],
        ['Started', moment(createdAt)],
        ['Ended', moment(endedAt)],
        [
          'Existing voiceprints',
          job.existing === 'EXISTING_VOICEPRINT_OVERWRITE' ? 'Get a next version' : 'Are left alone',
        ],
        ['Job', html`<code>${this.#id}</code>`],
      ])}
      ${
        running && this.session.may(...OFFICERS)
          ? html`<p><button class="danger" @click=${this.#cancel}>Cancel the job…</button></p>`
          : nothing
      }`;
  }

  #table(rows: readonly Row[]): unknown {
    return table<Row>(
      'Rows of the manifest',
      [
        { head: 'Row', number: true, cell: ({ row }) => row },
        {
          head: 'Speaker',
          cell: ({ speakerId }) =>
            speakerId ? html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>` : 'Erased since',
        },
        { head: 'File', cell: ({ file }) => id(file) },
        { head: 'Label', cell: ({ label }) => id(label) },
        { head: 'Result', cell: resultOf },
      ],
      rows,
    );
  }

  readonly #cancel = (): void => {
    this.dialog.ask({
      heading: 'Cancel the job',
      text: html`<p>
        It ends at once: rows without a result stay without one. What was enrolled stays enrolled.
      </p>`,
      fields: [],
      submit: 'Cancel the job',
      danger: true,
      done: 'The job is cancelled.',
      run: async (_, idempotencyKey) => {
        await this.api.enrolment.cancelEnrolmentJob({ jobId: this.#id, idempotencyKey });
        await Promise.all([this.#job.reload(), this.#rows.reload()]);
      },
    });
  };

  async #report(): Promise<void> {
    if (this.reporting) return;
    this.reportError = undefined;
    this.reporting = true;
    try {
      await this.#writeReport();
    } catch (error) {
      this.reportError = error;
    }
    this.reporting = false;
  }

  /** All rows as CSV, page by page. */
  async #writeReport(): Promise<void> {
    const lines = [csvLine(REPORT_COLUMNS)];
    let pageToken = '';
    do {
      const page = await this.api.enrolment.listEnrolmentJobRows({
        jobId: this.#id,
        pageSize: 1000,
        pageToken,
      });
      for (const row of page.rows ?? [])
        lines.push(csvLine(REPORT_COLUMNS.map((column) => row[column] ?? '')));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken !== '');
    download(`batch-${this.#id}.csv`, 'text/csv', lines);
  }
}

function isRunning(job: Json<EnrolmentJob> | undefined): boolean {
  return job?.state === 'ENROLMENT_JOB_STATE_RUNNING';
}

function resultOf({ result, reason = '', field }: Row): unknown {
  const blamed = field ? html` (column <code>${field}</code>)` : nothing;
  const words = reason === '' ? nothing : html`<p class="small">${wordsForReason(reason)}${blamed}</p>`;
  switch (result) {
    case 'ENROLMENT_ROW_RESULT_ENROLLED':
      return tag('Enrolled', 'good');
    case 'ENROLMENT_ROW_RESULT_SKIPPED':
      return html`${tag('Skipped', 'warn')}${words}`;
    case 'ENROLMENT_ROW_RESULT_FAILED':
      return html`${tag('Failed', 'bad')}${words}`;
    default:
      return 'Not yet';
  }
}
