import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { day, id, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { Drafts, emptyDraft, type Draft } from './drafts.js';
import { listNotices, type NoticeVersion } from './notices.js';
import { OFFICERS } from './roles.js';
import { channelWord } from './words.js';

/** What people are told: published notices, and drafts of this browser. */
@customElement('v-notices')
export class NoticesPage extends Page {
  @state() private drafts: readonly (readonly [string, Draft])[] = [];

  readonly #notices = new Load(this, (signal) => listNotices(this.api, signal));

  override connectedCallback(): void {
    super.connectedCallback();
    this.#readDrafts();
    window.addEventListener('storage', this.#readDrafts);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('storage', this.#readDrafts);
  }

  get #store(): Drafts {
    return new Drafts(this.session.who?.tenantId ?? '');
  }

  readonly #readDrafts = (): void => {
    this.drafts = this.#store.list();
  };

  protected override heading(): unknown {
    return 'Notices';
  }

  protected override body(): unknown {
    const mayPublish = this.session.may(...OFFICERS);
    return html`${mayPublish ? this.#renderDrafts() : nothing}
      <section class="card stack" aria-labelledby="published">
        <h2 id="published">Published</h2>
        ${this.#notices.render((versions) =>
          versions.length === 0
            ? html`<div class="empty">
                <p>No notice is published yet.</p>
                <p class="quiet">
                  A notice is what people are told before they are asked.
                  ${mayPublish ? 'Begin with a template, fill in your names, and publish it.' : ''}
                </p>
              </div>`
            : this.#table(versions),
        )}
      </section>`;
  }

  #table(versions: readonly NoticeVersion[]): unknown {
    return table<NoticeVersion>(
      'Published notices, the latest version first',
      [
        {
          head: 'Notice',
          cell: ({ noticeId, version }) =>
            html`<a href=${linkTo('notices', noticeId, String(version))}
              >${id(noticeId)}, version ${version}</a
            >`,
        },
        {
          head: 'Wordings',
          cell: ({ wordings }) =>
            wordings.map(({ notice }) => html`<div>${notice.language}: ${channelWord(notice.channel)}</div>`),
        },
        { head: 'Published', cell: ({ wordings }) => day(wordings[0]?.publishedAt) },
        {
          head: 'Change',
          cell: ({ version, wordings }) =>
            wordings[0]?.notice.requiresNewConsent
              ? tag('People are asked anew', 'warn')
              : version === 1
                ? 'The first'
                : 'Earlier consents stay',
        },
      ],
      versions,
    );
  }

  #renderDrafts(): unknown {
    return html`<section class="card stack" aria-labelledby="drafts">
      <div class="spread">
        <h2 id="drafts">Drafts</h2>
        <div class="row">
          <button class="primary" @click=${() => void this.#fromTemplate()}>Begin with a template</button>
          <button
            @click=${() => {
              this.#begin(emptyDraft());
            }}
          >
            Empty draft
          </button>
        </div>
      </div>
      <p class="quiet">Drafts are kept in this browser only, until they are published.</p>
      ${
        this.drafts.length === 0
          ? nothing
          : table(
              'Drafts',
              [
                {
                  head: 'Draft',
                  cell: ([key, { noticeId, version }]) =>
                    html`<a href=${linkTo('drafts', key)}
                      >${id(noticeId || 'without an id')}, version ${version}</a
                    >`,
                },
                { head: 'Changed', cell: ([, { changedAt }]) => day(changedAt) },
                {
                  head: 'Actions',
                  cell: ([key, { noticeId }]) =>
                    html`<button
                      class="danger"
                      aria-label="Throw away the draft ${noticeId}"
                      @click=${() => {
                        this.#throwAway(key);
                      }}
                    >
                      Throw away…
                    </button>`,
                },
              ],
              this.drafts,
            )
      }
    </section>`;
  }

  #begin(draft: Draft): void {
    goTo('drafts', this.#store.add(draft));
  }

  async #fromTemplate(): Promise<void> {
    const { default: template } = await import('../../../docs/notices/voice.json');
    this.#begin({ ...emptyDraft(), ...(template as Partial<Draft>) });
  }

  #throwAway(key: string): void {
    this.dialog.ask({
      heading: 'Throw the draft away',
      text: html`<p>It is gone from this browser. What was published stays.</p>`,
      fields: [],
      submit: 'Throw away',
      danger: true,
      done: 'The draft is gone.',
      run: () => {
        this.#store.remove(key);
        this.#readDrafts();
        return Promise.resolve();
      },
    });
  }
}
