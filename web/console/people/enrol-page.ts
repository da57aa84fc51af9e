import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Voiceprint } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { chosenFile } from '../shell/field.js';
import { Form, type Values } from '../shell/form.js';
import { id, moment, seconds } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { say } from '../shell/say.js';
import { facts } from '../shell/table.js';
import { fieldsOf, startOf } from './enrol-form.js';
import { pieces } from './pieces.js';
import './recorder-part.js';
import type { Recording } from './recorder-part.js';
import { OVERSEERS } from './roles.js';

/** A recording becomes a voiceprint: uploaded, or recorded here. */
@customElement('v-enrol')
export class EnrolPage extends Page {
  @state() private source: 'file' | 'microphone' = 'file';
  @state() private recording: Recording | undefined;
  @state() private made: Json<Voiceprint> | undefined;
  @state() private read = -1;
  #form: Form | undefined;

  /** Net speech that a voiceprint needs, ms, where we may know. */
  readonly #needed = new Load(this, async (signal) => {
    if (!this.session.may(...OVERSEERS)) return DEFAULT_NEEDED_MS;
    const { version } = await this.api.admin.getPolicy({}, signal);
    return version?.policy?.enrolment?.minimumNetSpeechFromRecordingMs ?? DEFAULT_NEEDED_MS;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    // A page that comes back after signing in again has what was entered.
    if (!this.#form) this.#makeForm({ speakerId: this.query.get('speaker') ?? '' });
  }

  protected override heading(): unknown {
    return 'Enrol from a recording';
  }

  protected override body(): unknown {
    if (this.made) return this.#renderMade(this.made);
    return this.#needed.render((neededMs) => this.#renderForm(neededMs));
  }

  #renderForm(neededMs: number): unknown {
    return html`<section class="card stack" aria-labelledby="recording">
        <h2 id="recording">1. The recording</h2>
        <fieldset class="row">
          <legend class="visually-hidden">Where it comes from</legend>
          ${this.#choice('file', 'Upload a file')} ${this.#choice('microphone', 'Record here')}
        </fieldset>
        ${
          this.source === 'microphone'
            ? html`<v-recorder
                .session=${this.session}
                .neededMs=${neededMs}
                @vouch-recorded=${(event: CustomEvent<Recording | undefined>) => {
                  this.recording = event.detail;
                  // Other audio is another request, whatever else stays.
                  this.#form?.renew();
                }}
              ></v-recorder>`
            : html`<p class="quiet">
                WAV, Ogg, MP3, M4A or FLAC with the speaker alone on a channel, and at least
                ${(neededMs / 1000).toFixed(0)} s of speech. The audio is not kept.
              </p>`
        }
      </section>
      <section class="card stack" aria-labelledby="voiceprint">
        <h2 id="voiceprint">2. The voiceprint</h2>
        ${this.#form?.render()}
        ${
          this.read < 0
            ? nothing
            : html`<div role="status">
                <label for="sending"
                  >${this.read < 1 ? 'Reading the file…' : 'Sending, and listening to it…'}</label
                >
                <progress id="sending" max="1" value=${this.read < 1 ? this.read : nothing}></progress>
              </div>`
        }
      </section>`;
  }

  #choice(source: 'file' | 'microphone', text: string): unknown {
    return html`<label class="choice"
      ><input
        type="radio"
        name="source"
        .checked=${this.source === source}
        @change=${() => {
          this.source = source;
          this.recording = undefined;
          this.#makeForm(this.#form?.values ?? {});
        }}
      />${text}</label
    >`;
  }

  #renderMade({
    speakerId = '',
    label,
    version,
    netSpeechMs,
    quality,
    status,
    usableFrom,
  }: Json<Voiceprint>): unknown {
    const ready = status === 'VOICEPRINT_STATUS_ACTIVE';
    return html`<section class="card stack" aria-labelledby="made">
      <h2 id="made">The voiceprint is made</h2>
      ${facts([
        ['Speaker', id(speakerId)],
        ['Label', html`${id(label)}, version ${version}`],
        ['Net speech', seconds(netSpeechMs)],
        ['Speech over background', quality?.snrDb === undefined ? '–' : `${quality.snrDb.toFixed(0)} dB`],
        [
          'Use',
          ready
            ? 'At once'
            : usableFrom
              ? html`From ${moment(usableFrom)} on`
              : 'Once somebody else approves it',
        ],
      ])}
      <div class="row">
        <a class="button primary" href=${linkTo('speakers', speakerId)}>Go to the speaker</a>
        <button
          @click=${() => {
            this.made = undefined;
            this.recording = undefined;
            this.#makeForm({});
            void this.focusHeading();
          }}
        >
          Enrol another
        </button>
      </div>
    </section>`;
  }

  #makeForm(values: Values): void {
    const fromFile = this.source === 'file';
    this.#form = new Form(this, {
      fields: fieldsOf(fromFile),
      values: { ...values, file: '' },
      submit: 'Enrol',
      check: () =>
        fromFile || this.recording ? {} : { speakerId: 'Record first: there is no recording yet.' },
      run: (entered, key) => this.#enrol(entered, key),
    });
    this.requestUpdate();
  }

  async #enrol(values: Values, idempotencyKey: string): Promise<void> {
    const file = this.source === 'file' ? chosenFile(this, 'file') : this.recording?.file;
    if (!file) return;
    const start = { ...startOf(values, this.recording), idempotencyKey };
    this.read = 0;
    try {
      const answer = await this.api.enrolment.enrolFromRecording(
        pieces(start, file, (share) => {
          this.read = share;
        }),
      );
      this.made = answer.voiceprint;
      say(this, 'The voiceprint is made.');
      void this.focusHeading();
    } finally {
      this.read = -1;
    }
  }
}

const DEFAULT_NEEDED_MS = 10_000;
