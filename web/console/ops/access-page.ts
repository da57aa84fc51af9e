import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Form } from '../shell/form.js';
import { day } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { keepInAddress } from '../shell/router.js';
import { shownOverriders, shownReaders, shownUnusual, type Asked } from './access-tables.js';
import { opsStyles } from './styles.js';

const DAY_MS = 86_400_000;
const DAYS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const;
const EVER = '2000-01-01T00:00:00Z';

/** Who looked at whom, who did otherwise than decided, and who looked at unusually many. */
@customElement('v-access')
export class AccessPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #days = 30;
  /** How many times so many days before now. */
  #back = 0;
  #asked: Asked | undefined;

  readonly #readers = new Load(this, async (signal) => {
    const asked = this.#asked;
    if (!asked) return undefined;
    const { speakerId, ever } = asked;
    const period = ever ? { from: EVER } : this.#period();
    const { readers = [] } = await this.api.admin.listSpeakerReaders({ speakerId, ...period }, signal);
    return { asked, readers };
  });
  readonly #unusual = new Load(this, async (signal) => {
    const { access = [] } = await this.api.admin.listUnusualAccess(this.#period(), signal);
    return access;
  });
  readonly #overriders = new Load(this, async (signal) => {
    const { overriders = [] } = await this.api.admin.listOverriders(this.#period(), signal);
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
      { name: 'ever', label: 'Ever, not only in the time above', kind: 'check', optional: true },
    ],
    submit: 'Who looked at them?',
    run: async ({ speakerId = '', ever }) => {
      this.#asked = { speakerId: speakerId.trim(), ever: ever === 'yes' };
      this.#readers.value = undefined;
      this.#keep();
      await this.#readers.reload();
    },
  });

  override connectedCallback(): void {
    const { query } = this;
    const speakerId = query.get('speaker');
    if (!this.hasUpdated) {
      this.#days =
        DAYS.map(([days]) => Number(days)).find((days) => String(days) === query.get('days')) ?? 30;
      this.#back = Math.max(0, Math.floor(Number(query.get('back') ?? 0)) || 0);
      if (speakerId) this.#asked = { speakerId, ever: query.has('ever') };
      Object.assign(this.#ask.values, { speakerId: speakerId ?? '', ever: query.get('ever') ?? '' });
    }
    super.connectedCallback();
  }

  #keep(): void {
    keepInAddress({
      days: String(this.#days),
      back: String(this.#back),
      speaker: this.#asked?.speakerId ?? '',
      ever: this.#asked?.ever ? 'yes' : '',
    });
  }

  /** Whole days of UTC, as unusual access is counted; the service takes at most 90 of them at once. */
  #period(): { readonly from: string; readonly to?: string } {
    const today = Math.floor(Date.now() / DAY_MS) + 1;
    const midnight = (day: number) => new Date(day * DAY_MS).toISOString();
    const last = today - this.#back * this.#days;
    return { from: midnight(last - this.#days), ...(this.#back === 0 ? {} : { to: midnight(last) }) };
  }

  protected override heading(): unknown {
    return 'Access statistics';
  }

  protected override body(): unknown {
    const { from, to } = this.#period();
    return html`<div class="filters">
        <div>
          <label for="days">Over</label>
          <select
            id="days"
            @change=${(event: Event) => {
              this.#look(Number((event.target as HTMLSelectElement).value), 0);
            }}
          >
            ${DAYS.map(([days, text]) => html`<option value=${days} ?selected=${Number(days) === this.#days}>${text}</option>`)}
          </select>
        </div>
        <div class="row">
          <button
            @click=${() => {
              this.#look(this.#days, this.#back + 1);
            }}
          >
            Earlier
          </button>
          <button
            aria-disabled=${this.#back === 0 ? 'true' : nothing}
            @click=${() => {
              if (this.#back > 0) this.#look(this.#days, this.#back - 1);
            }}
          >
            Later
          </button>
        </div>
      </div>
      <p role="status">
        ${day(from.slice(0, 10))} to
        ${to === undefined ? 'now' : day(new Date(Date.parse(to) - 1).toISOString().slice(0, 10))}, days of
        UTC.
      </p>
      <section class="card stack" aria-labelledby="readers">
        <h2 id="readers">Who looked at a person</h2>
        ${this.#ask.render()}
        <div role="status">
          ${this.#asked ? this.#readers.render((found) => (found ? shownReaders(found) : nothing)) : nothing}
        </div>
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

  #look(days: number, back: number): void {
    this.#days = days;
    this.#back = back;
    this.#keep();
    for (const load of [this.#unusual, this.#overriders, this.#readers]) {
      // What is of other days does not stand below the new ones.
      load.value = undefined;
      void load.reload();
    }
    this.requestUpdate();
  }
}
