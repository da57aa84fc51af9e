import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Overrider, SpeakerReader, UnusualAccess } from '../../../src/gen/vouch/v1/audit.js';
import type { Json } from '../../shared/json.js';
import { Form } from '../shell/form.js';
import { id, moment, plain } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { table } from '../shell/table.js';
import { unusualWords } from './audit-words.js';
import { opsStyles } from './styles.js';

const DAY_MS = 86_400_000;
const DAYS = [
  ['7', 'the last 7 days'],
  ['30', 'the last 30 days'],
  ['90', 'the last 90 days'],
] as const;

const role = ({ role: name }: { readonly role?: string | undefined }) => plain(name, 'ROLE_');

/** Who looked at whom, who did otherwise than decided, and who looked at unusually many. */
@customElement('v-access')
export class AccessPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #days = 30;
  #asked = '';
  #readers: readonly Json<SpeakerReader>[] | undefined;

  readonly #unusual = new Load(this, async (signal) => {
    const { access = [] } = await this.api.admin.listUnusualAccess({ from: this.#from() }, signal);
    return access;
  });
  readonly #overriders = new Load(this, async (signal) => {
    const { overriders = [] } = await this.api.admin.listOverriders({ from: this.#from() }, signal);
    return overriders;
  });

  readonly #ask = new Form(this, {
    fields: [
      {
        name: 'speakerId',
        label: 'Speaker id',
        maximumBytes: 256,
        api: 'speaker_id',
        hint: 'To the letter. Who opted out is found after erasure, too.',
      },
    ],
    submit: 'Who looked at them?',
    run: async ({ speakerId = '' }) => {
      this.#readers = undefined;
      const { readers = [] } = await this.api.admin.listSpeakerReaders({
        speakerId: speakerId.trim(),
        from: this.#from(),
      });
      this.#asked = speakerId.trim();
      this.#readers = readers;
    },
  });

  #from(): string {
    // The service takes at most 90 days, to the moment.
    return new Date(Date.now() - this.#days * DAY_MS + 60_000).toISOString();
  }

  protected override heading(): unknown {
    return 'Access statistics';
  }

  protected override body(): unknown {
    return html`<div class="filters">
        <div>
          <label for="days">Over</label>
          <select id="days" @change=${this.#onDays}>
            ${DAYS.map(([days, text]) => html`<option value=${days} ?selected=${Number(days) === this.#days}>${text}</option>`)}
          </select>
        </div>
      </div>
      <section class="card stack" aria-labelledby="readers">
        <h2 id="readers">Who looked at a person</h2>
        ${this.#ask.render()}
        <div role="status">${this.#readers ? shownReaders(this.#asked, this.#readers) : nothing}</div>
      </section>
      <section class="card stack" aria-labelledby="unusual">
        <h2 id="unusual">Unusually many people read</h2>
        <p>Days on which somebody saw far more people than usual: insiders are the likeliest leak.</p>
        ${this.#unusual.render(shownUnusual)}
      </section>
      <section class="card stack" aria-labelledby="overriders">
        <h2 id="overriders">Who did otherwise than decided</h2>
        <p>Whoever often serves callers that were not verified may need help, or a closer look.</p>
        ${this.#overriders.render(shownOverriders)}
      </section>`;
  }

  readonly #onDays = (event: Event): void => {
    this.#days = Number((event.target as HTMLSelectElement).value);
    void this.#unusual.reload();
    void this.#overriders.reload();
    this.#readers = undefined;
    this.requestUpdate();
  };
}

function shownReaders(speakerId: string, readers: readonly Json<SpeakerReader>[]): unknown {
  if (readers.length === 0) return html`<p>Nobody looked at ${id(speakerId)} in this time.</p>`;
  return table(
    'Who looked at the person, the latest first',
    [
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'Reads', number: true, cell: ({ reads = 0 }) => reads },
      { head: 'Claims in calls', number: true, cell: ({ claims = 0 }) => claims },
      { head: 'First', cell: ({ firstAt }) => moment(firstAt) },
      { head: 'Last', cell: ({ lastAt }) => moment(lastAt) },
    ],
    readers,
  );
}

function shownUnusual(access: readonly Json<UnusualAccess>[]): unknown {
  if (access.length === 0)
    return html`<p class="quiet">
      Nobody did. Days with fewer than 10 people are not looked at, nor are days without enough to compare
      with.
    </p>`;
  return table(
    'Days with unusual access, the latest first',
    [
      { head: 'Day (UTC)', cell: ({ day }) => day },
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'People', number: true, cell: ({ speakers = 0 }) => speakers },
      { head: 'Usual for them', number: true, cell: ({ ownMedian }) => ownMedian ?? '–' },
      { head: 'Usual for colleagues', number: true, cell: ({ colleaguesMedian }) => colleaguesMedian ?? '–' },
      { head: 'Why', cell: ({ reasons = [] }) => reasons.map(unusualWords).join(', ') },
    ],
    access,
  );
}

function shownOverriders(overriders: readonly Json<Overrider>[]): unknown {
  if (overriders.length === 0)
    return html`<p class="quiet">Nobody did in this time. Agents tell it on the badge, with a reason.</p>`;
  return table(
    'Who did otherwise than decided, those first who served most rejected callers',
    [
      { head: 'Who', cell: ({ actorId }) => id(actorId) },
      { head: 'Role', cell: role },
      { head: 'How often', number: true, cell: ({ overrides = 0 }) => overrides },
      { head: 'After a rejection', number: true, cell: ({ ofRejections = 0 }) => ofRejections },
      {
        head: 'Served all the same',
        number: true,
        cell: ({ proceededAfterRejection = 0 }) => proceededAfterRejection,
      },
      { head: 'Last', cell: ({ lastAt }) => moment(lastAt) },
    ],
    overriders,
  );
}
