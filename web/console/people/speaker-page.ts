import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ErasureReceipt } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import { id, moment } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import './calls-part.js';
import './consent-part.js';
import { receiptView } from './receipt.js';
import './rights-part.js';
import { OVERSEERS, STAFF } from './roles.js';
import { unlessUnknown } from './speaker-part.js';
import './timeline-part.js';
import './voiceprints-part.js';

/** All that is known of a person, and all that may be done about it. */
@customElement('v-speaker')
export class SpeakerPage extends Page {
  @state() private turn = 0;
  @state() private receipt: Json<ErasureReceipt> | undefined;

  /** Null for somebody who is not known: they may have opted out all the same, or have been erased. */
  readonly #speaker = new Load(this, async (signal) => {
    const known = await unlessUnknown(this.api.enrolment.getSpeaker({ speakerId: this.#id }, signal), null);
    return known?.speaker ?? null;
  });

  constructor() {
    super();
    this.addEventListener('vouch-changed', () => {
      this.turn += 1;
      void this.#speaker.reload();
    });
    this.addEventListener('vouch-erased', (event) => {
      this.receipt = (event as CustomEvent<Json<ErasureReceipt>>).detail;
      void this.focusHeading();
    });
  }

  get #id(): string {
    return this.params['id'] ?? '';
  }

  protected override heading(): unknown {
    return id(this.#id);
  }

  protected override body(): unknown {
    if (this.receipt) return this.#renderReceipt(this.receipt);
    return this.#speaker.render((speaker) =>
      speaker
        ? html`<p class="quiet">Known since ${moment(speaker.createdAt)}.</p>
            ${this.#parts(true)}`
        : html`${this.#unknown()}${this.#parts(false)}`,
    );
  }

  #renderReceipt(receipt: Json<ErasureReceipt>): unknown {
    return html`<section class="card stack" aria-labelledby="receipt">
        <h2 id="receipt">Erased: the receipt</h2>
        ${receiptView(receipt)}
      </section>
      <p>
        <a href=${linkTo('speakers')}>Go to the speakers</a>, or later to
        <a href=${linkTo('erasures')}>the erasures</a>, where whoever names the id finds this again.
      </p>`;
  }

  #unknown(): unknown {
    return html`<div class="notice-box stack">
      <p>
        Nobody with this id is known. People become known when their consent is recorded. Somebody who is not
        known may have opted out all the same, or may have been erased.
      </p>
      ${
        this.session.may(...STAFF)
          ? html`<p>
              <a class="button primary" href="${linkTo('consent')}?speaker=${encodeURIComponent(this.#id)}"
                >Record a consent</a
              >
            </p>`
          : nothing
      }
    </div>`;
  }

  #parts(known: boolean): unknown {
    const { session, turn } = this;
    const speakerId = this.#id;
    return html`<v-consent .session=${session} .speakerId=${speakerId} .turn=${turn}></v-consent> ${
        known
          ? html`<v-voiceprints .session=${session} .speakerId=${speakerId} .turn=${turn}></v-voiceprints>`
          : nothing
      }
      ${
        session.may(...OVERSEERS)
          ? html`<v-timeline .session=${session} .speakerId=${speakerId} .turn=${turn}></v-timeline>
              <v-speaker-calls .session=${session} .speakerId=${speakerId} .turn=${turn}></v-speaker-calls>`
          : nothing
      }
      ${
        session.may(...STAFF)
          ? html`<v-rights
              .session=${session}
              .speakerId=${speakerId}
              .turn=${turn}
              .known=${known}
            ></v-rights>`
          : nothing
      }`;
  }
}
