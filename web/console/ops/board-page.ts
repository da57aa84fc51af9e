import { html, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { GetActivityResponse, ListCallsResponse } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { Poll } from '../shell/poll.js';
import { keepInAddress } from '../shell/router.js';
import { activityPlots } from './activity-plots.js';
import { callsTable } from './calls-table.js';
import { opsStyles } from './styles.js';
import { KIND_WORDS, SOURCES } from './words.js';

const EVERY_MS = 4000;

interface Seen {
  readonly activity: Json<GetActivityResponse>;
  readonly calls: Json<ListCallsResponse>;
}

/** What happens now, and what happened today or this week. */
@customElement('v-board')
export class BoardPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #hours = 24;
  #show = 'live';
  #source = '';
  #kind = '';

  readonly #seen = new Load<Seen>(this, async (signal) => {
    const [activity, calls] = await Promise.all([
      this.api.admin.getActivity({ hours: this.#hours }, signal),
      this.api.admin.listCalls(this.#filter(), signal),
    ]);
    return { activity, calls };
  });
  readonly #poll = new Poll(this, EVERY_MS, this.#seen);

  #filter() {
    return {
      liveOnly: this.#show === 'live',
      pageSize: 30,
      ...(this.#source === '' ? {} : { source: this.#source as 'SOURCE_PROFILE_MOBILE' }),
      ...(this.#kind === '' ? {} : { decisionKinds: [this.#kind as 'DECISION_KIND_ACCEPT'] }),
    };
  }

  override connectedCallback(): void {
    if (!this.hasUpdated) {
      this.#hours = this.query.get('hours') === '168' ? 168 : 24;
      this.#show = this.query.get('show') ?? 'live';
      this.#source = this.query.get('source') ?? '';
      this.#kind = this.query.get('kind') ?? '';
    }
    super.connectedCallback();
  }

  protected override heading(): unknown {
    return 'Live board';
  }

  protected override body(): unknown {
    return html`${this.#poll.render()}
    ${this.#seen.render(
      ({ activity, calls }) =>
        html`${figures(activity)}
          <section class="card stack" aria-labelledby="calls">
            <h2 id="calls">Calls</h2>
            ${this.#filters()} ${this.#calls(calls)}
          </section>
          <section class="stack" aria-labelledby="over-time">
            <div class="spread">
              <h2 id="over-time">What became of calls</h2>
              ${this.#choice('hours', 'Over', String(this.#hours), HOURS, (value) => {
                this.#hours = Number(value);
              })}
            </div>
            ${activityPlots(activity)}
          </section>`,
    )}`;
  }

  #filters(): unknown {
    return html`<div class="filters">
      ${this.#choice('show', 'Show', this.#show, SHOW, (value) => {
        this.#show = value;
      })}
      ${this.#choice('source', 'Source', this.#source, [['', 'All sources'], ...SOURCES], (value) => {
        this.#source = value;
      })}
      ${this.#choice('kind', 'Decision', this.#kind, KINDS, (value) => {
        this.#kind = value;
      })}
    </div>`;
  }

  #choice(
    name: string,
    label: string,
    value: string,
    options: readonly (readonly [string, string])[],
    take: (value: string) => void,
  ): unknown {
    return html`<div>
      <label for=${name}>${label}</label>
      <select
        id=${name}
        @change=${(event: Event) => {
          take((event.target as HTMLSelectElement).value);
          keepInAddress({
            hours: String(this.#hours),
            show: this.#show,
            source: this.#source,
            kind: this.#kind,
          });
          void this.#seen.reload();
        }}
      >
        ${options.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
      </select>
    </div>`;
  }

  #calls({ calls = [], nextPageToken = '' }: Json<ListCallsResponse>): unknown {
    if (calls.length > 0)
      return html`${callsTable(calls)}
      ${nextPageToken === '' ? '' : html`<p class="quiet small">The latest 30; there are more.</p>`}`;
    const filtered = this.#source !== '' || this.#kind !== '';
    return html`<div class="empty">
      <p>
        ${filtered ? 'No call is like that.' : this.#show === 'live' ? 'No call is live.' : 'There was no call yet.'}
      </p>
      <p class="quiet">
        ${
          filtered
            ? 'Choose another source or decision.'
            : this.#show === 'live'
              ? 'Calls appear here by themselves as soon as the telephony platform streams them. Choose “Ended, too” to see earlier ones.'
              : 'Calls appear here as soon as the telephony platform streams them.'
        }
      </p>
    </div>`;
  }
}

const HOURS = [
  ['24', 'the last 24 hours'],
  ['168', 'the last 7 days'],
] as const;
const SHOW = [
  ['live', 'Live now'],
  ['all', 'Ended, too'],
] as const;
const KINDS = [['', 'Any, and none'], ...Object.entries(KIND_WORDS)] as readonly (readonly [
  string,
  string,
])[];

function figures({ live = [], decidedCalls = 0, hours = [] }: Json<GetActivityResponse>): unknown {
  const sum = (of: (row: (typeof live)[number]) => number) => live.reduce((total, row) => total + of(row), 0);
  const processes = live.filter(({ replicaId, calls = 0 }) => replicaId && calls > 0).length;
  const pairs: [string, number][] = [
    ['Calls now', sum(({ calls = 0 }) => calls)],
    ['of them paused', sum(({ paused = 0 }) => paused)],
    ['Processes with calls', processes],
    [`Decided in ${hours.length > 24 ? '7 days' : '24 hours'}`, decidedCalls],
  ];
  return html`<dl class="figures">
    ${pairs.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value.toLocaleString('en-GB')}</dd>
        </div>`,
    )}
  </dl>`;
}
