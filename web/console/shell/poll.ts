import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { ApiError } from '../../shared/api-error.js';
import type { Load } from './load.js';

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const LONGEST_WAIT_MS = 60_000;
const IN_A_WHILE = /^(UNAVAILABLE|RESOURCE_EXHAUSTED|DEADLINE_EXCEEDED|ABORTED|INTERNAL|UNKNOWN)$/;

/**
 * Reads again every few seconds: not while the page is hidden, nor while somebody has stopped it (WCAG 2.2.2), nor once there
 * is nothing more to come. One reading at a time, whoever asked for it: a slow service is not asked faster than it answers.
 * One that is away is asked ever later, up to a minute, and at once when the network is back. A refusal that time does not
 * mend, such as a token that expired, ends it until somebody reads again.
 */
export class Poll implements ReactiveController {
  /** Whether somebody has stopped it. */
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connected = false;
  #failures = 0;
  /** Whether there was a button: it stays where it is, for who has the focus on it, when there is nothing more to come. */
  #offered = false;

  /** @param over whether nothing more is to come */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly everyMs: number,
    private readonly load: Load<unknown>,
    private readonly over: () => boolean = () => false,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#connected = true;
    document.addEventListener('visibilitychange', this.#onVisibility);
    window.addEventListener('online', this.#onVisibility);
    this.#schedule();
  }

  hostDisconnected(): void {
    this.#connected = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    window.removeEventListener('online', this.#onVisibility);
    clearTimeout(this.#timer);
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#timer);
    if (!document.hidden) void this.#round();
  };

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#connected || this.#stopped || document.hidden || this.over()) return;
    const waitMs = Math.min(LONGEST_WAIT_MS, this.everyMs * 2 ** this.#failures);
    this.#timer = setTimeout(() => void this.#round(), waitMs);
  }

  async #round(): Promise<void> {
    if (this.#stopped || !this.#connected || this.over()) return;
    if (!this.load.busy && !isForGood(this.load.error)) {
      await this.load.reload();
      this.#failures = this.load.error === undefined ? 0 : this.#failures + 1;
    }
    this.#schedule();
  }

  /** When it was read last, and the button that stops it and lets it go on. */
  render(): unknown {
    const { readAt } = this.load;
    const toggle = () => {
      if (this.over()) return;
      this.#stopped = !this.#stopped;
      this.host.requestUpdate();
      if (!this.#stopped) void this.#round();
    };
    return html`<div class="row poll">
      <span class="quiet small">${readAt ? `As of ${CLOCK.format(readAt)}` : ''}</span>
      ${this.#button(toggle)}
    </div>`;
  }

  #button(toggle: () => void): unknown {
    const over = this.over();
    if (over && !this.#offered) return nothing;
    this.#offered = true;
    return html`<button aria-disabled=${over ? 'true' : nothing} @click=${toggle}>
      ${over ? 'Nothing more is to come' : this.#stopped ? 'Go on with updates' : 'Pause updates'}
    </button>`;
  }
}

function isForGood(error: unknown): boolean {
  return error !== undefined && !(error instanceof ApiError && IN_A_WHILE.test(error.status));
}
