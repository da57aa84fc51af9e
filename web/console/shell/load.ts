import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { errorBox } from './error-box.js';
import { isFocusLost } from './focus.js';

/** Something that a page reads when it appears, with all that can become of it: busy, failed, empty, there. */
export class Load<T> implements ReactiveController {
  value: T | undefined;
  error: unknown;
  busy = false;
  /** When it was read last. */
  readAt: Date | undefined;
  #running: AbortController | undefined;

  constructor(
    protected readonly host: ReactiveControllerHost & HTMLElement,
    private readonly read: (signal: AbortSignal) => Promise<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.reload();
  }

  hostDisconnected(): void {
    this.#running?.abort();
  }

  /** Reads it anew; what was there stays meanwhile. An answer that another reading overtook counts for nothing. */
  async reload(): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.busy = true;
    this.host.requestUpdate();
    try {
      const value = await this.read(running.signal);
      if (running.signal.aborted) return;
      this.value = value;
      this.readAt = new Date();
      this.error = undefined;
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
    }
    this.busy = false;
    this.host.requestUpdate();
  }

  /** What there is to show; beside a value that is old, what kept a newer one from coming. */
  render(view: (value: T) => unknown): unknown {
    const retry = () => void this.reload();
    if (this.error !== undefined)
      return html`${errorBox(this.error, retry)}${this.value === undefined ? nothing : view(this.value)}`;
    if (this.value === undefined) return html`<p class="quiet loading" role="status">Loading…</p>`;
    return view(this.value);
  }
}

export interface Part<Item> {
  readonly items?: readonly Item[] | undefined;
  readonly next?: string | undefined;
}

/** A list that comes page by page. */
export class Paged<Item> extends Load<Item[]> {
  #next = '';
  #items: Item[] = [];

  /** @param readPart reads the page that a token stands for; empty: the first */
  constructor(
    host: ReactiveControllerHost & HTMLElement,
    readPart: (token: string, signal: AbortSignal) => Promise<Part<Item>>,
  ) {
    super(host, async (signal) => {
      const token = this.#token;
      const { items = [], next = '' } = await readPart(token, signal);
      this.#items = token === '' ? [...items] : [...this.#items, ...items];
      this.#next = next;
      return this.#items;
    });
  }

  #token = '';

  override async reload(): Promise<void> {
    this.#token = '';
    await super.reload();
  }

  async more(): Promise<void> {
    if (this.busy) return;
    this.#token = this.#next;
    await super.reload();
    await this.host.updateComplete;
    // The button that was pressed is gone: who is at the keyboard stays where it was.
    if (isFocusLost()) this.host.shadowRoot?.querySelector<HTMLElement>('.all-of-them')?.focus();
  }

  /** The button for the next page, where there is one. */
  renderMore(): unknown {
    if (this.#next === '')
      return this.#token === ''
        ? nothing
        : html`<p class="quiet small all-of-them" tabindex="-1">That is all of them.</p>`;
    return html`<p>
      <button aria-disabled=${this.busy ? 'true' : nothing} @click=${() => void this.more()}>
        ${this.busy ? 'Loading…' : 'Show more'}
      </button>
    </p>`;
  }
}
