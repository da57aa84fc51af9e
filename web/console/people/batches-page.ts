import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { EnrolmentJob } from '../../../src/gen/vouch/v1/enrolment.js';
import { ApiError } from '../../shared/api-error.js';
import type { Json } from '../../shared/json.js';
import { Form } from '../shell/form.js';
import { moment, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { KnownJobs } from './jobs.js';
import { pieces } from './pieces.js';
import { OFFICERS } from './roles.js';

/** Batch jobs: many recordings by a manifest. */
@customElement('v-batches')
export class BatchesPage extends Page {
  readonly #jobs = new Load(this, async (signal) => {
    const jobs = await Promise.all(this.#known.list().map((jobId) => this.#read(jobId, signal)));
    return jobs.filter((job) => job !== undefined);
  });

  readonly #find = new Form(this, {
    fields: [{ name: 'jobId', label: 'Job id', hint: 'Of a job that was started elsewhere.' }],
    submit: 'Open',
    run: ({ jobId = '' }) => {
      goTo('batches', jobId.trim());
      return Promise.resolve();
    },
  });

  readonly #create = new Form(this, {
    fields: [
      { name: 'manifest', label: 'Manifest', kind: 'file', accept: '.csv,text/csv' },
      {
        name: 'existing',
        label: 'Where a voiceprint of the label exists',
        kind: 'select',
        initial: 'EXISTING_VOICEPRINT_SKIP',
        options: [
          ['EXISTING_VOICEPRINT_SKIP', 'Leave it alone'],
          ['EXISTING_VOICEPRINT_OVERWRITE', 'Make the next version, which takes its place'],
        ],
      },
      {
        name: 'before',
        label: 'Consent counts from when the person gave it, not from when it was entered here',
        kind: 'check',
        optional: true,
        hint: 'For moving in with recordings and a list of consents.',
      },
      { name: 'onBehalfOf', label: 'On whose behalf', optional: true, maximumBytes: 256 },
    ],
    submit: 'Start the job',
    run: async ({ existing, before, onBehalfOf }, idempotencyKey) => {
      const file = this.shadowRoot?.querySelector<HTMLInputElement>('#field-manifest')?.files?.[0];
      if (!file) return;
      const { job } = await this.api.enrolment.createEnrolmentJob(
        pieces(
          {
            existing: existing as Json<EnrolmentJob>['existing'],
            recordedBeforeEntry: before === 'yes',
            onBehalfOf,
            idempotencyKey,
          },
          file,
        ),
      );
      this.#known.add(job?.jobId ?? '');
      goTo('batches', job?.jobId ?? '');
    },
  });

  get #known(): KnownJobs {
    return new KnownJobs(this.session.who?.tenantId ?? '');
  }

  /** A job whose term of retention is over is not there any more. */
  async #read(jobId: string, signal: AbortSignal): Promise<Json<EnrolmentJob> | undefined> {
    try {
      return (await this.api.enrolment.getEnrolmentJob({ jobId }, signal)).job;
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'JOB_NOT_FOUND') return undefined;
      throw error;
    }
  }

  protected override heading(): unknown {
    return 'Batch jobs';
  }

  protected override body(): unknown {
    return html`${this.session.may(...OFFICERS) ? this.#renderCreate() : nothing}
      <section class="card stack" aria-labelledby="jobs">
        <h2 id="jobs">Jobs of this browser</h2>
        ${this.#jobs.render((jobs) =>
          jobs.length === 0
            ? html`<p class="quiet">
                None was started or opened here. A job that was started elsewhere opens by its id.
              </p>`
            : this.#table(jobs),
        )}
        ${this.#find.render()}
      </section>`;
  }

  #renderCreate(): unknown {
    return html`<section class="card stack" aria-labelledby="new">
      <h2 id="new">Start a job</h2>
      <p>
        The recordings lie in the tenant’s folder of imports on the server; the manifest is a CSV file with a
        row for each. It has the columns <code>file</code>, <code>speaker</code>,
        <code>consent_reference</code>, <code>recorded_at</code>, <code>proofing_method</code>,
        <code>proofing_strength</code>, <code>proofed_at</code>, and where needed <code>channel</code>,
        <code>label</code>, <code>proofing_actor</code>, <code>proofing_reference</code>.
      </p>
      ${this.#create.render()}
    </section>`;
  }

  #table(jobs: readonly Json<EnrolmentJob>[]): unknown {
    return table<Json<EnrolmentJob>>(
      'Batch jobs that this browser knows',
      [
        {
          head: 'Job',
          cell: ({ jobId = '', createdAt }) =>
            html`<a href=${linkTo('batches', jobId)}>${moment(createdAt)}</a>`,
        },
        { head: 'State', cell: ({ state }) => jobTag(state) },
        { head: 'Rows', number: true, cell: ({ rows = 0 }) => rows },
        { head: 'Enrolled', number: true, cell: ({ enrolled = 0 }) => enrolled },
        { head: 'Skipped', number: true, cell: ({ skipped = 0 }) => skipped },
        { head: 'Failed', number: true, cell: ({ failed = 0 }) => failed },
      ],
      jobs,
    );
  }
}

/** How a job stands. */
export function jobTag(state: Json<EnrolmentJob>['state']): unknown {
  if (state === 'ENROLMENT_JOB_STATE_ENDED') return tag('Ended', 'good');
  return state === 'ENROLMENT_JOB_STATE_CANCELLED' ? tag('Cancelled', 'warn') : tag('Running');
}
