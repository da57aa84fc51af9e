import { css, html, nothing, type CSSResultGroup } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { seconds } from '../shell/format.js';
import { Part } from '../shell/part.js';
import { Recorder } from './recorder.js';

export interface Recording {
  readonly file: Blob;
  readonly startedAt: Date;
}

/** Quietest level that the meter shows, dBFS. */
const METER_FLOOR = -60;
/** The status line says how much was spoken this often, so that it can be listened to. */
const SAY_EVERY_MS = 5000;

/** Records in the browser, with a level meter and an estimate of how much was spoken; gives the recording to the page. */
@customElement('v-recorder')
export class RecorderPart extends Part {
  static override styles: CSSResultGroup = [
    Part.styles,
    css`
      meter {
        width: 100%;
        height: 1rem;
      }
      audio {
        width: 100%;
      }
      .bars {
        max-width: 40rem;
      }
      .bars label {
        font-size: var(--vouch-text-s);
      }
    `,
  ];

  /** Net speech that a voiceprint needs, ms. */
  @property({ type: Number }) neededMs = 10_000;
  @state() private recorder: Recorder | undefined;
  @state() private recording: Recording | undefined;
  @state() private problem = '';
  #url = '';
  #starting = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.recorder?.stop();
    this.#let();
  }

  protected override body(): unknown {
    return html`<div class="stack">
      ${this.problem === '' ? nothing : html`<div class="notice-box bad" role="alert"><p>${this.problem}</p></div>`}
      ${this.recorder ? this.#renderRunning(this.recorder) : this.recording ? this.#renderMade() : this.#renderReady()}
    </div>`;
  }

  #renderReady(): unknown {
    return html`<p>
        The speaker talks into this computer’s microphone, in a quiet place: about anything, for
        ${(this.neededMs / 1000).toFixed(0)} s of speech or more. The recording stays in this page until you
        enrol it.
      </p>
      <p>
        <button type="button" class="primary" @click=${() => void this.#start()}>Start recording</button>
      </p>`;
  }

  #renderRunning(recorder: Recorder): unknown {
    const { speechMs, levelDbfs } = recorder;
    const said = Math.floor(speechMs / SAY_EVERY_MS) * SAY_EVERY_MS;
    const enough = speechMs >= this.neededMs;
    return html`<div class="bars stack">
        <div>
          <label for="level">Level</label>
          <meter
            id="level"
            min="0"
            max="1"
            low="0.3"
            optimum="0.7"
            high="0.97"
            .value=${meterOf(levelDbfs)}
          ></meter>
          <p class="hint">
            ${levelDbfs > -3 ? 'Too loud: move away from the microphone.' : levelDbfs < -50 ? 'Quiet.' : 'Good.'}
          </p>
        </div>
        <div>
          <label for="speech">Speech, estimated</label>
          <progress id="speech" max=${this.neededMs} .value=${Math.min(speechMs, this.neededMs)}></progress>
          <p class="hint">
            ${seconds(speechMs)} of
            ${seconds(this.neededMs)}${enough ? ': enough. A little more does no harm.' : ''}
          </p>
        </div>
      </div>
      <p class="visually-hidden" role="status">
        ${enough ? 'Enough speech.' : `About ${said / 1000} seconds of speech.`}
      </p>
      <div class="row">
        <button type="button" class="primary" @click=${() => void this.#stop()}>Stop</button>
        <button type="button" @click=${() => void this.#discard()}>Discard</button>
      </div>`;
  }

  #renderMade(): unknown {
    return html`<audio controls src=${this.#url} aria-label="The recording"></audio>
      <p><button type="button" @click=${() => void this.#discard()}>Discard and record again</button></p>`;
  }

  async #start(): Promise<void> {
    if (this.#starting) return;
    this.#starting = true;
    this.problem = '';
    try {
      const recorder = await Recorder.start(() => {
        this.requestUpdate();
      });
      // Whoever left while the browser asked does not want to be heard any more.
      if (this.isConnected) this.recorder = recorder;
      else await recorder.stop();
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.#starting = false;
    }
  }

  async #stop(): Promise<void> {
    if (!this.recorder) return;
    const { startedAt } = this.recorder;
    const file = await this.recorder.stop();
    this.recorder = undefined;
    this.#url = URL.createObjectURL(file);
    this.#give({ file, startedAt });
  }

  async #discard(): Promise<void> {
    await this.recorder?.stop();
    this.recorder = undefined;
    this.#let();
    this.#give(undefined);
  }

  #let(): void {
    if (this.#url !== '') URL.revokeObjectURL(this.#url);
    this.#url = '';
  }

  #give(recording: Recording | undefined): void {
    this.recording = recording;
    this.dispatchEvent(new CustomEvent('vouch-recorded', { detail: recording }));
  }
}

function meterOf(levelDbfs: number): number {
  return Math.max(0, Math.min(1, 1 - levelDbfs / METER_FLOOR));
}

function problemOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The browser was not allowed to use the microphone. Allow it in the browser’s settings of this page.';
  if (name === 'NotFoundError') return 'There is no microphone. Plug one in, or upload a recording.';
  return 'The microphone cannot be used here: pages need a secure address (https) for it. Upload a recording instead.';
}
