import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Form } from '../shell/form.js';
import { count, day, id, tag } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { APPROVERS, STAFF } from './roles.js';
import { table } from '../shell/table.js';
import type { Json } from '../../shared/json.js';
import type { Speaker } from '../../../src/gen/vouch/v1/enrolment.js';

/** Everybody who is known, and a way to one of them. */
@customElement('v-speakers')
export class SpeakersPage extends Page {
  readonly #speakers = new Paged(this, async (pageToken, signal) => {
    if (!this.#mayList) return {};
    const { speakers, nextPageToken } = await this.api.enrolment.listSpeakers(
      { pageSize: 50, pageToken },
      signal,
    );
    return { items: speakers, next: nextPageToken };
  });

  readonly #find = new Form(this, {
    fields: [
      {
        name: 'id',
        label: 'Speaker id',
        maximumBytes: 256,
        hint: 'To the letter, as your own systems know the person.',
      },
    ],
    submit: 'Find',
    run: ({ id: speakerId = '' }) => {
      goTo('speakers', speakerId.trim());
      return Promise.resolve();
    },
  });

  protected override heading(): unknown {
    return 'Speakers';
  }

  protected override body(): unknown {
    return html`<section class="card" aria-label="Find a speaker">${this.#find.render()}</section>
      ${this.#mayList ? this.#list() : this.#note()}`;
  }

  get #mayList(): boolean {
    return this.session.may(...APPROVERS, 'AUDITOR');
  }

  #note(): unknown {
    return html`<p class="quiet">
      Your role finds people by their ids, one at a time. <a href=${linkTo('consent')}>Record a consent</a> of
      somebody new.
    </p>`;
  }

  #list(): unknown {
    return html`<section class="card stack" aria-labelledby="known">
      <div class="spread">
        <h2 id="known">Known speakers</h2>
        ${this.session.may(...STAFF) ? html`<a class="button" href=${linkTo('consent')}>Record a consent</a>` : ''}
      </div>
      ${this.#speakers.render((speakers) =>
        speakers.length === 0
          ? html`<div class="empty">
              <p>Nobody is known yet.</p>
              <p class="quiet">
                People become known when their consent is recorded; after that they can be enrolled.
              </p>
            </div>`
          : html`${this.#table(speakers)}${this.#speakers.renderMore()}`,
      )}
    </section>`;
  }

  #table(speakers: readonly Json<Speaker>[]): unknown {
    return table(
      'Known speakers, in the order of their ids',
      [
        {
          head: 'Speaker',
          cell: ({ speakerId = '' }) => html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>`,
        },
        { head: 'Known since', cell: ({ createdAt }) => day(createdAt) },
        {
          head: 'Voiceprints',
          cell: ({ activeVoiceprints, pendingVoiceprints = 0 }) =>
            html`${count(activeVoiceprints, 'in use', 'in use')}${
              pendingVoiceprints > 0 ? html`, ${pendingVoiceprints} waiting` : ''
            }`,
        },
        { head: 'Refusal', cell: ({ optedOut }) => (optedOut ? tag('Opted out', 'bad') : '–') },
      ],
      speakers,
    );
  }
}
