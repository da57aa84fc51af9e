import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { GetConsentResponse, HeldState, PurposeState } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import { moment, tag } from '../shell/format.js';
import type { Field } from '../shell/field.js';
import { Load } from '../shell/load.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { OFFICERS, STAFF } from './roles.js';
import { SpeakerPart, unlessUnknown } from './speaker-part.js';
import { LAPSES, purposeWord, STATES, stateWord, VALUES } from './words.js';

/** What a person agreed to, as of now, and what else holds for them. */
@customElement('v-consent')
export class ConsentPart extends SpeakerPart {
  protected readonly load = new Load(this, (signal) =>
    unlessUnknown(this.api.consent.getConsent({ speakerId: this.speakerId }, signal), {}),
  );

  protected override body(): unknown {
    return html`<section class="card stack" aria-labelledby="consent">
      <h2 id="consent">Consent</h2>
      ${this.load.render((consent) => this.#view(consent))}
    </section>`;
  }

  #view({ state, states = [] }: Json<GetConsentResponse>): unknown {
    const { purposes = [], optedOut, doNotAskBefore } = state ?? {};
    return html`${
      optedOut
        ? html`<div class="notice-box bad">
            <p>
              This person opted out. Nobody asks them again; only they themselves can lift it, with a new
              consent.
            </p>
          </div>`
        : nothing
    }
    ${
      doNotAskBefore
        ? html`<div class="notice-box warn">
            <p>“Not now”: nobody asks again before ${moment(doNotAskBefore)}.</p>
          </div>`
        : nothing
    }
    ${states.map((held) => this.#held(held))}
    ${
      purposes.length === 0
        ? html`<p class="quiet">
            Nothing was said of any purpose. Nothing biometric is made, kept or compared.
          </p>`
        : this.#purposes(purposes)
    }
    ${this.#actions(purposes, optedOut ?? false)}`;
  }

  #held({ state, since }: Json<HeldState>): unknown {
    const [, word, means] = STATES.find(([value]) => value === state) ?? [];
    return html`<div class="notice-box warn stack">
      <p><strong>${word}</strong> since ${moment(since)}. ${means}</p>
      ${
        this.session.may(...OFFICERS)
          ? html`<p>
              <button
                @click=${() => {
                  this.#setState(false, state);
                }}
              >
                Lift: ${word}…
              </button>
            </p>`
          : nothing
      }
    </div>`;
  }

  #purposes(purposes: readonly Json<PurposeState>[]): unknown {
    return table(
      'What the person said, purpose by purpose',
      [
        { head: 'Purpose', cell: ({ purpose }) => purposeWord(purpose) },
        {
          head: 'In force',
          cell: ({ granted, value, lapse }) =>
            html`${granted ? tag('Yes', 'good') : tag('No', value === 'CONSENT_VALUE_GRANTED' ? 'warn' : '')}
            ${lapse ? html`<p class="small">${LAPSES[lapse]}</p>` : nothing}`,
        },
        { head: 'Said', cell: ({ value = '', since }) => html`“${VALUES[value]}”, ${moment(since)}` },
        {
          head: 'Notice',
          cell: ({ notice }) =>
            notice
              ? html`<a href=${linkTo('notices', notice.noticeId ?? '', String(notice.version))}
                    ><bdi class="id">${notice.noticeId}</bdi>, version ${notice.version}</a
                  >
                  (${notice.language})`
              : '–',
        },
        {
          head: 'Ends',
          cell: ({ expiresAt, askAgainBy }) =>
            html`${moment(expiresAt)}${
              askAgainBy
                ? html`<p class="small">Ask again by ${moment(askAgainBy)}: the notice has changed.</p>`
                : nothing
            }`,
        },
      ],
      purposes,
    );
  }

  #actions(purposes: readonly Json<PurposeState>[], optedOut: boolean): unknown {
    if (!this.session.may(...STAFF)) return nothing;
    const granted = purposes.filter(({ value }) => value === 'CONSENT_VALUE_GRANTED');
    return html`<div class="row">
      <a class="button" href="${linkTo('consent')}?speaker=${encodeURIComponent(this.speakerId)}"
        >Record what they said</a
      >
      ${
        granted.length > 0
          ? html`<button
              @click=${() => {
                this.#withdraw(granted);
              }}
            >
              Withdraw…
            </button>`
          : nothing
      }
      ${optedOut ? nothing : html`<button @click=${this.#optOut}>Opt out…</button>`}
      ${
        this.session.may(...OFFICERS)
          ? html`<button
              @click=${() => {
                this.#setState(true);
              }}
            >
              Hold, restrict or object…
            </button>`
          : nothing
      }
    </div>`;
  }

  #withdraw(granted: readonly Json<PurposeState>[]): void {
    this.dialog.ask({
      heading: 'Withdraw consent',
      text: html`<p>
        For Verify, comparison stops at once, in running calls too, and the voiceprints are erased. This
        cannot be undone: the person can only consent and be enrolled anew.
      </p>`,
      fields: [
        {
          name: 'purposes',
          label: 'What the person takes back',
          kind: 'choices',
          options: granted.map(({ purpose = '' }) => [purpose, purposeWord(purpose)] as const),
          initial: granted.length === 1 ? (granted[0]?.purpose ?? '') : '',
        },
        onBehalf,
      ],
      submit: 'Withdraw',
      danger: true,
      done: 'The withdrawal is recorded and in force.',
      run: async ({ purposes = '', onBehalfOf }, idempotencyKey) => {
        await this.api.consent.withdrawConsent({
          speakerId: this.speakerId,
          purposes: purposes.split(' ') as NonNullable<Json<PurposeState>['purpose']>[],
          onBehalfOf,
          idempotencyKey,
        });
        this.changed();
      },
    });
  }

  readonly #optOut = (): void => {
    this.dialog.ask({
      heading: 'Record an opt-out',
      text: html`<p>
        A lasting refusal: everything is withdrawn, the voiceprints are erased, and nobody asks again. It
        outlives an erasure, by a keyed hash of the id.
      </p>`,
      fields: [onBehalf],
      submit: 'Record the opt-out',
      danger: true,
      done: 'The opt-out is recorded and in force.',
      run: async ({ onBehalfOf }, idempotencyKey) => {
        await this.api.consent.optOut({ speakerId: this.speakerId, onBehalfOf, idempotencyKey });
        this.changed();
      },
    });
  };

  #setState(inForce: boolean, state?: Json<HeldState>['state']): void {
    this.dialog.ask({
      heading: inForce ? 'Hold, restrict or object' : `Lift: ${stateWord(state)}`,
      text: inForce
        ? html`<ul>
            ${STATES.map(([, word, means]) => html`<li><strong>${word}</strong>: ${means}</li>`)}
          </ul>`
        : html`<p>Lifting a legal hold erases what was withdrawn meanwhile.</p>`,
      fields: [
        ...(inForce ? [stateField] : []),
        {
          name: 'reference',
          label: 'File number',
          maximumBytes: 64,
          hint: 'Why, as your own files know it. It stays in the audit trail for good, so it must name nobody.',
        },
      ],
      submit: inForce ? 'Set' : 'Lift',
      done: inForce ? 'It is set and in force.' : 'It is lifted.',
      run: async ({ state: chosen = state, reference }, idempotencyKey) => {
        await this.api.consent.setSpeakerState({
          speakerId: this.speakerId,
          state: chosen as Json<HeldState>['state'],
          inForce,
          reference,
          idempotencyKey,
        });
        this.changed();
      },
    });
  }
}

const onBehalf = {
  name: 'onBehalfOf',
  label: 'On whose behalf',
  optional: true,
  maximumBytes: 256,
  hint: 'Somebody who asked for it in the person’s place, as your files know them. Never the person’s own id.',
} as const;

const stateField: Field = {
  name: 'state',
  label: 'State',
  kind: 'select',
  options: STATES.map(([value, word]) => [value, word]),
  initial: STATES[0]?.[0] ?? '',
};
