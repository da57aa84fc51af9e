import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { errorBox } from '../shell/error-box.js';
import { Form, type FormOptions } from '../shell/form.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { say } from '../shell/say.js';
import { getNotice, listNotices, type NoticeVersion, type Wording } from './notices.js';
import { answersOf, recordFields, requestOf } from './record-form.js';
import { channelWord } from './words.js';

/** Records what a person says to a notice: the wording to be read aloud, and their answers. */
@customElement('v-record')
export class RecordPage extends Page {
  @state() private wording: Wording | undefined;
  @state() protected form: Form | undefined;
  @state() private problem: unknown;

  #sent = { key: '', at: new Date(0) };
  #turn = 0;

  readonly #notices = new Load(this, async (signal) => {
    const versions = await listNotices(this.api, signal);
    const latest = versions.filter((each, at) => versions[at - 1]?.noticeId !== each.noticeId);
    const earlier = versions.filter((each) => !latest.includes(each));
    const options = [...latest, ...earlier].flatMap(({ wordings }) => wordings);
    const first = this.#preferred(options);
    if (first && !this.wording) await this.#choose(first, signal);
    return { options, latest };
  });

  override isUnsaved(): boolean {
    return this.form?.touched ?? false;
  }

  protected override heading(): unknown {
    return 'Record a consent';
  }

  protected override body(): unknown {
    return this.#notices.render(({ options, latest }) =>
      options.length === 0 ? this.#nothingPublished() : this.#view(options, latest),
    );
  }

  #nothingPublished(): unknown {
    return html`<div class="card empty">
      <p>No notice is published yet. People must be told what they agree to before they are asked.</p>
      <p><a class="button primary" href=${linkTo('notices')}>Go to the notices</a></p>
    </div>`;
  }

  #view(options: readonly Wording[], latest: readonly NoticeVersion[]): unknown {
    const name = ({ notice }: Wording) =>
      `${notice.noticeId ?? ''}, version ${notice.version ?? 0}, ${notice.language ?? ''}: ${channelWord(notice.channel)}`;
    const old =
      this.wording && !latest.some(({ wordings }) => wordings.some((each) => same(each, this.wording)));
    return html`<section class="card stack" aria-labelledby="told">
        <h2 id="told">1. What they are told</h2>
        <div class="field">
          <label for="wording">Notice</label>
          <select
            id="wording"
            @change=${(event: Event) => {
              const chosen = options[(event.target as HTMLSelectElement).selectedIndex];
              if (chosen) void this.#change(chosen);
            }}
          >
            ${options.map(
              (each) => html`<option .selected=${live(same(each, this.wording))}>${name(each)}</option>`,
            )}
          </select>
        </div>
        ${this.problem === undefined ? nothing : errorBox(this.problem)}
        ${
          old
            ? html`<div class="notice-box warn">
                <p>This is an earlier version: only for what was said before the later one came.</p>
              </div>`
            : nothing
        }
        ${
          this.wording?.notice.text
            ? html`<p class="quiet small">Read it aloud as it stands, or hand it over:</p>
                <div class="wording" lang=${this.wording.notice.language ?? nothing} dir="auto">
                  <span>${this.wording.notice.text}</span>
                </div>`
            : nothing
        }
      </section>
      ${
        this.form
          ? html`<section class="card stack" aria-labelledby="said">
              <h2 id="said">2. ${this.secondHeading}</h2>
              ${this.form.render()}${this.belowForm()}
            </section>`
          : nothing
      }`;
  }

  /** The wording that was chosen last in this tab, or else the first that agents read aloud. */
  #preferred(options: readonly Wording[]): Wording | undefined {
    const language = navigator.language.split('-')[0] ?? '';
    const read = options.filter(({ notice }) => notice.channel === 'NOTICE_CHANNEL_AGENT_SCRIPT');
    return read.find(({ notice }) => notice.language?.startsWith(language)) ?? read[0] ?? options[0];
  }

  /** Another notice: the form stays that of the wording that is shown, whatever becomes of it. */
  async #change(chosen: Wording): Promise<void> {
    this.problem = undefined;
    try {
      await this.#choose(chosen);
    } catch (error) {
      this.problem = error;
    }
  }

  async #choose({ notice }: Wording, signal?: AbortSignal): Promise<void> {
    const turn = ++this.#turn;
    const { noticeId = '', version = 0 } = notice;
    const { wordings } = await getNotice(this.api, noticeId, version, signal);
    const wording = wordings.find((each) => same(each, { notice }));
    // Of two that were chosen one after the other, the later counts.
    if (!wording || turn !== this.#turn) return;
    this.wording = wording;
    const { touched = false, values: entered } = this.form ?? {};
    const values = { speakerId: this.query.get('speaker') ?? '', ...entered };
    this.form = new Form(this, {
      submit: 'Record',
      check: (answers) =>
        answersOf(wording.notice, answers).length === 0
          ? { [firstPurpose(wording)]: 'Say at least one answer.' }
          : {},
      values,
      ...this.formOf(wording),
    });
    this.form.touched = touched;
  }

  protected readonly secondHeading: string = 'What they say';

  /** Shown after the form. */
  protected belowForm(): unknown {
    return nothing;
  }

  protected formOf(wording: Wording): Pick<FormOptions, 'fields' | 'run'> {
    return {
      fields: recordFields(wording.notice),
      run: async (entered, key) => {
        if (this.#sent.key !== key) this.#sent = { key, at: new Date() };
        const request = requestOf(wording, entered, this.#sent.at);
        const { state: consent } = await this.api.consent.recordConsent({ ...request, idempotencyKey: key });
        const inForce = consent?.purposes?.some(({ granted }) => granted);
        say(this, inForce ? 'The consent is recorded and in force.' : 'The answer is recorded.');
        goTo('speakers', request.speakerId);
      },
    };
  }
}

function same(one: Wording, other: { readonly notice: Wording['notice'] } | undefined): boolean {
  return (['noticeId', 'version', 'language', 'channel'] as const).every(
    (key) => one.notice[key] === other?.notice[key],
  );
}

function firstPurpose({ notice }: Wording): string {
  return notice.purposes?.[0] ?? '';
}
