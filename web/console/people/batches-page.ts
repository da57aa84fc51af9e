import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { EnrolmentJob } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { Form } from '../shell/form.js';
import { moment, tag } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { pieces } from './pieces.js';
import { OFFICERS } from './roles.js';

/** Batch jobs: many recordings by a manifest. */
@customElement('v-batches')
export class BatchesPage extends Page {
  readonly #jobs = new Paged(this, async (pageToken, signal) => {
    const page = await this.api.enrolment.listEnrolmentJobs({ pageSize: 20, pageToken }, signal);
    return { items: page.jobs, next: page.nextPageToken };
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
      goTo('batches', job?.jobId ?? '');
    },
  });

  protected override heading(): unknown {
    return 'Batch jobs';
  }

  protected override body(): unknown {
    return html`${this.session.may(...OFFICERS) ? this.#renderCreate() : nothing}
      <section class="card stack" aria-labelledby="jobs">
        <h2 id="jobs">Jobs</h2>
        ${this.#jobs.render((jobs) =>
          jobs.length === 0 ? html`<p class="quiet">No job was started yet.</p>` : this.#table(jobs),
        )}
        ${this.#jobs.renderMore()}
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
      'Batch jobs, those started last first',
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
