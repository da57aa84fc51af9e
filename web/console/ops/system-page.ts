import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { GetModelsResponse, ModelGraph } from '../../../src/gen/vouch/v1/admin.js';
import type { GetSystemResponse, ReplicaStatus } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import { id, moment, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { Poll } from '../shell/poll.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { opsStyles } from './styles.js';
import { age } from './words.js';

const EVERY_MS = 5000;

const HEALTH: Readonly<Record<string, unknown>> = {
  REPLICA_HEALTH_HEALTHY: tag('Healthy', 'good'),
  REPLICA_HEALTH_DRAINING: tag('Stopping: its calls move', 'warn'),
  REPLICA_HEALTH_SILENT: tag('Silent: gone, or cut off', 'bad'),
};

/** What models are for. */
const TASKS: Readonly<Record<string, string>> = {
  'speaker-embedding': 'Comparing voices',
  'speech-activity': 'Finding speech',
  countermeasure: 'Noticing synthetic speech',
};

/** How the installation is: processes, database, background work, models. */
@customElement('v-system')
export class SystemPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  readonly #system = new Load(this, (signal) => this.api.admin.getSystem({}, signal));
  readonly #models = new Load(this, (signal) => this.api.admin.getModels({}, signal));
  readonly #poll = new Poll(this, EVERY_MS, this.#system);

  protected override heading(): unknown {
    return 'System';
  }

  protected override body(): unknown {
    return html`${this.#poll.render()} ${this.#system.render(shown)}
    ${this.#models.render((models) => shownModels(models))}`;
  }
}

function shown(system: Json<GetSystemResponse>): unknown {
  const { replicas = [], database, jobs } = system;
  const silent = replicas.filter(({ health }) => health === 'REPLICA_HEALTH_SILENT').length;
  const healthy = replicas.filter(({ health }) => health === 'REPLICA_HEALTH_HEALTHY').length;
  return html`<div class="notice-box ${silent > 0 ? 'warn' : 'good'}">
      <p>
        ${
          silent > 0
            ? html`<strong>${silent} of ${replicas.length} processes give no sign of life.</strong> Others end
                their calls after a minute; see that they are started again.`
            : html`<strong>All is well.</strong>
                ${healthy === 1 ? '1 process takes' : `${healthy} processes take`} calls; the database
                answers.`
        }
      </p>
    </div>
    <section class="card stack" aria-labelledby="processes">
      <h2 id="processes">Processes</h2>
      ${table<Json<ReplicaStatus>>(
        'Processes of the service',
        [
          {
            head: 'Process',
            cell: ({ replicaId }) =>
              html`<span class="mono">${replicaId?.slice(0, 8)}</span> ${
                  replicaId === system.replicaId
                    ? html`<span class="small quiet">(answers you)</span>`
                    : nothing
                }`,
          },
          { head: 'Health', cell: ({ health }) => HEALTH[health ?? ''] ?? '–' },
          { head: 'Runs for', cell: ({ startedAt }) => age(startedAt) },
          { head: 'Last sign', cell: ({ seenAt }) => `${age(seenAt)} ago` },
          { head: 'Your live calls', number: true, cell: ({ liveCalls = 0 }) => liveCalls },
          { head: 'Release', cell: ({ release }) => release ?? '–' },
        ],
        replicas,
        ({ replicaId = '' }) => replicaId,
      )}
    </section>
    <div class="columns">
      <section class="card stack" aria-labelledby="database">
        <h2 id="database">Database</h2>
        ${facts([
          ['PostgreSQL', database?.serverVersion ?? '–'],
          ['Newest migration', html`<span class="mono small">${database?.newestMigration}</span>`],
          ['Migrations', database?.migrations ?? 0],
        ])}
      </section>
      <section class="card stack" aria-labelledby="jobs">
        <h2 id="jobs">Work in the background</h2>
        ${facts([
          ['Waiting', jobs?.waiting ?? 0],
          ['Under way', jobs?.running ?? 0],
          ['Failed, tried again', jobs?.failing ? tag(String(jobs.failing), 'warn') : 0],
          ['Oldest waits since', moment(jobs?.oldestWaitsSince)],
        ])}
        <p class="small quiet">
          Batches of enrolments. Keys have a <a href=${linkTo('keys')}>page of their own</a>.
        </p>
      </section>
    </div>`;
}

function shownModels({ spaces = [], graphs = [] }: Json<GetModelsResponse>): unknown {
  return html`<section class="card stack" aria-labelledby="models">
    <h2 id="models">Models</h2>
    <p>
      Voices are compared in ${spaces.length === 1 ? 'one space' : `${spaces.length} spaces`}:
      ${spaces.map(({ id: space, dimension }) => `${space} (${dimension} numbers)`).join(', ')}.
    </p>
    ${
      graphs.some(({ task }) => task === 'countermeasure')
        ? nothing
        : html`<p>There is no countermeasure: synthetic speech is not looked for.</p>`
    }
    ${table<Json<ModelGraph>>(
      'Models of this installation',
      [
        { head: 'Model', cell: ({ model }) => id(model?.id) },
        {
          head: 'In use',
          cell: ({ inUse }) => (inUse ? tag('In use', 'good') : html`<span class="quiet">Not here</span>`),
        },
        { head: 'For', cell: ({ task = '' }) => TASKS[task] ?? task },
        { head: 'Precision', cell: ({ precision = '' }) => (precision === '' ? '–' : precision) },
        { head: 'File', cell: ({ file }) => html`<span class="mono small">${file}</span>` },
        {
          head: 'SHA-256',
          cell: ({ model }) =>
            html`<span class="mono small" title=${model?.sha256 ?? ''}
              >${model?.sha256?.slice(0, 16)}…</span
            >`,
        },
      ],
      graphs,
    )}
  </section>`;
}
