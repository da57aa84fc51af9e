import { css, html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import { id, moment } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { Part } from '../shell/part.js';
import { goTo, linkTo } from '../shell/router.js';
import { facts } from '../shell/table.js';
import { diffWords } from './diff.js';
import { Drafts, nextDraft } from './drafts.js';
import { getNotice, listNotices, type NoticeVersion, type Wording } from './notices.js';
import { OFFICERS } from './roles.js';
import { channelWord, purposeWord } from './words.js';

interface Shown {
  readonly notice: NoticeVersion;
  readonly others: readonly number[];
  /** What it is compared with. */
  readonly other: NoticeVersion | undefined;
}

/** A version of a notice as it was published, and what changed since another version. */
@customElement('v-notice')
export class NoticePage extends Page {
  static override styles: CSSResultGroup = [
    Part.styles,
    css`
      ins {
        background: var(--vouch-good-soft);
        color: var(--vouch-good);
        text-decoration: underline;
      }
      del {
        background: var(--vouch-bad-soft);
        color: var(--vouch-bad);
      }
    `,
  ];

  readonly #notice = new Load(this, async (signal): Promise<Shown> => {
    const noticeId = this.params['id'] ?? '';
    const [notice, all] = await Promise.all([
      getNotice(this.api, noticeId, Number(this.params['version']), signal),
      listNotices(this.api, signal),
    ]);
    const others = all.filter((each) => each.noticeId === noticeId && each.version !== notice.version);
    const other = Number(this.params['other'] ?? 0);
    return {
      notice,
      others: others.map(({ version }) => version),
      other: other > 0 ? await getNotice(this.api, noticeId, other, signal) : undefined,
    };
  });

  protected override heading(): unknown {
    return html`${id(this.params['id'])}, version ${this.params['version']}`;
  }

  protected override body(): unknown {
    return this.#notice.render((shown) => this.#view(shown));
  }

  #view({ notice, others, other }: Shown): unknown {
    const first = notice.wordings[0];
    const latest = others.every((version) => version < notice.version);
    return html`<section class="card stack" aria-label="About this version">
        ${facts([
          ['Published', moment(first?.publishedAt)],
          ['Controller', first?.notice.controllerEntity],
          ['Asks for', (first?.notice.purposes ?? []).map(purposeWord).join(', ')],
          ['Kept without use', `at most ${first?.notice.retentionDays ?? 0} days`],
          [
            'Earlier consents',
            first?.notice.requiresNewConsent
              ? `count for ${first.notice.newConsentGraceDays ?? 0} days after this, and not after that`
              : 'stay as they are',
          ],
        ])}
        <div class="row">
          ${others.length > 0 ? this.#chooseOther(others, other) : nothing}
          ${
            latest && this.session.may(...OFFICERS)
              ? html`<button
                  @click=${() => {
                    goTo('drafts', new Drafts(this.session.who?.tenantId ?? '').add(nextDraft(notice)));
                  }}
                >
                  Draft the next version
                </button>`
              : nothing
          }
        </div>
      </section>
      ${notice.wordings.map((wording) => this.#wording(wording, other))}
      ${other ? dropped(notice, other) : nothing}`;
  }

  #chooseOther(others: readonly number[], other: NoticeVersion | undefined): unknown {
    const { id: noticeId = '', version = '' } = this.params;
    return html`<div>
      <label for="other">Compare with</label>
      <select
        id="other"
        @change=${(event: Event) => {
          const chosen = (event.target as HTMLSelectElement).value;
          goTo('notices', noticeId, version, ...(chosen === '' ? [] : [chosen]));
        }}
      >
        <option value="" ?selected=${!other}>no other version</option>
        ${others.map(
          (each) => html`<option value=${each} ?selected=${each === other?.version}>version ${each}</option>`,
        )}
      </select>
    </div>`;
  }

  #wording({ notice, textSha256 }: Wording, other: NoticeVersion | undefined): unknown {
    const before = other ? counterpart(notice, other) : undefined;
    return html`<section class="card stack">
      <h2>${notice.language}: ${channelWord(notice.channel)}</h2>
      ${other && !before ? html`<p class="quiet">Version ${other.version} has no such wording.</p>` : nothing}
      <div class="wording" lang=${notice.language ?? nothing} dir="auto">
        <span
          >${before && other ? compared(before, notice.text ?? '', other.version > (notice.version ?? 0)) : notice.text}</span
        >
      </div>
      <p class="quiet small">SHA-256 of the text, base64: <code>${textSha256}</code></p>
    </section>`;
  }
}

function counterpart(notice: Wording['notice'], other: NoticeVersion): string | undefined {
  return other.wordings.find(
    (each) => each.notice.language === notice.language && each.notice.channel === notice.channel,
  )?.notice.text;
}

/** From the earlier text to the later one, whichever of them is looked at. */
function compared(other: string, text: string, otherIsLater: boolean): unknown {
  const runs = otherIsLater ? diffWords(text, other) : diffWords(other, text);
  return runs.map(({ kind, text: run }) => {
    if (kind === 'same') return run;
    return kind === 'added'
      ? html`<ins
          ><span class="visually-hidden">[added: </span>${run}<span class="visually-hidden">]</span></ins
        >`
      : html`<del
          ><span class="visually-hidden">[removed: </span>${run}<span class="visually-hidden">]</span></del
        >`;
  });
}

function dropped(notice: NoticeVersion, other: NoticeVersion): unknown {
  const only = other.wordings.filter((each) => counterpart(each.notice, notice) === undefined);
  if (only.length === 0) return nothing;
  return html`<p class="quiet">
    Only in version ${other.version}:
    ${only.map((each) => `${each.notice.language ?? ''}: ${channelWord(each.notice.channel)}`).join(', ')}.
    <a href=${linkTo('notices', other.noticeId, String(other.version))}>Look at it</a>.
  </p>`;
}
