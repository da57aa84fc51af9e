import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Review } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { id, moment } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { table, type Column } from '../shell/table.js';
import { APPROVERS } from './roles.js';

/** Voiceprints that were set aside since they sound like somebody else of the same account. */
@customElement('v-reviews')
export class ReviewsPage extends Page {
  readonly #reviews = new Paged(this, async (pageToken, signal) => {
    const { reviews, nextPageToken } = await this.api.enrolment.listReviews(
      { pageSize: 50, pageToken },
      signal,
    );
    return { items: reviews, next: nextPageToken };
  });

  protected override heading(): unknown {
    return 'Reviews';
  }

  protected override body(): unknown {
    return html`<p>
        A voiceprint that sounds like another person of the same account is set aside until somebody else than
        who enrolled it has looked: one voice under two names may be a mistake, or somebody who enrolled for
        another.
      </p>
      <section class="card stack" aria-label="Reviews">
        ${this.#reviews.render((reviews) =>
          reviews.length === 0
            ? html`<div class="empty">
                <p>Nothing waits for a review.</p>
                <p class="quiet"><a href=${linkTo('speakers')}>Go to the speakers</a></p>
              </div>`
            : html`${table('Voiceprints that wait for a review', this.#columns(), reviews)}${this.#reviews.renderMore()}`,
        )}
      </section>`;
  }

  #columns(): Column<Json<Review>>[] {
    const person = (speakerId: string | undefined) =>
      speakerId ? html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>` : 'Erased since';
    const actions: Column<Json<Review>> = {
      head: 'Actions',
      cell: (review) =>
        html`<div class="row">
          <button
            aria-label="Release the voiceprint of ${review.speakerId ?? ''}"
            @click=${() => {
              this.#resolve(review, true);
            }}
          >
            Release…
          </button>
          <button
            class="danger"
            aria-label="Reject the voiceprint of ${review.speakerId ?? ''}"
            @click=${() => {
              this.#resolve(review, false);
            }}
          >
            Reject…
          </button>
        </div>`,
    };
    return [
      { head: 'Speaker', cell: ({ speakerId }) => person(speakerId) },
      { head: 'Label', cell: ({ label, version }) => html`${id(label)}, version ${version}` },
      { head: 'Sounds like', cell: ({ otherSpeakerId }) => person(otherSpeakerId) },
      { head: 'Set aside', cell: ({ createdAt }) => moment(createdAt) },
      ...(this.session.may(...APPROVERS) ? [actions] : []),
    ];
  }

  #resolve({ reviewId, speakerId }: Json<Review>, release: boolean): void {
    this.dialog.ask({
      heading: release ? 'Release the voiceprint' : 'Reject the voiceprint',
      text: html`<p>
        ${id(speakerId)}.
        ${
          release
            ? 'It may be used, after the rest of its waiting period: they are two people who sound alike.'
            : 'It is destroyed. The person can be enrolled anew.'
        }
      </p>`,
      fields: [],
      submit: release ? 'Release' : 'Reject',
      danger: !release,
      done: release ? 'The voiceprint is released.' : 'The voiceprint is rejected and destroyed.',
      run: async (_, idempotencyKey) => {
        const resolution = release ? 'REVIEW_RESOLUTION_RELEASE' : 'REVIEW_RESOLUTION_REJECT';
        await this.api.enrolment.resolveReview({ reviewId, resolution, idempotencyKey });
        await this.#reviews.reload();
      },
    });
  }
}
