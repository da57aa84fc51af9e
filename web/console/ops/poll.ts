import { html, type ReactiveController, type ReactiveControllerHost } from 'lit';

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/**
 * Reads again every few seconds: not while the page is hidden, nor while somebody has stopped it (WCAG 2.2.2). The next
 * reading begins when the one before has ended, so that a slow service is not asked faster than it answers.
 */
export class Poll implements ReactiveController {
  /** Whether somebody has stopped it. */
  stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connected = false;
  #readAt: Date | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly everyMs: number,
    private readonly read: () => Promise<unknown>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#connected = true;
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#schedule();
  }

  hostDisconnected(): void {
    this.#connected = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    clearTimeout(this.#timer);
  }

  /** Told of every reading that brought something. */
  noteRead(): void {
    this.#readAt = new Date();
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) clearTimeout(this.#timer);
    else void this.#round();
  };

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#connected || this.stopped || document.hidden) return;
    this.#timer = setTimeout(() => void this.#round(), this.everyMs);
  }

  async #round(): Promise<void> {
    if (this.stopped) return;
    await this.read();
    this.#schedule();
  }

  /** When it was read last, and the button that stops it and lets it go on. */
  render(): unknown {
    const toggle = () => {
      this.stopped = !this.stopped;
      this.host.requestUpdate();
      if (!this.stopped) void this.#round();
    };
    return html`<div class="row poll">
      <span class="quiet small">${this.#readAt ? `As of ${CLOCK.format(this.#readAt)}` : ''}</span>
      <button @click=${toggle}>${this.stopped ? 'Go on with updates' : 'Pause updates'}</button>
    </div>`;
  }
}
