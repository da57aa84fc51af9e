import type { CallEvent } from '../domain/event.js';
import { VouchError } from '../errors.js';

/** Changes of state that may wait for a reader; progress never adds up, only its latest waits. */
const MOST_WAITING = 256;

/**
 * Events on their way to one reader, who iterates. Never holds back the one who pushes: a reader who falls too far behind
 * gets STREAM_NOT_READ.
 */
export class EventQueue implements AsyncIterable<CallEvent> {
  /** Told when the reader fell too far behind. */
  onOverflow: (() => void) | undefined;
  readonly #waiting: CallEvent[] = [];
  #untakenSinceMs = 0;
  #wake: (() => void) | undefined;
  #closed = false;
  #error: unknown;

  get closed(): boolean {
    return this.#closed;
  }

  /** For how long the oldest event has waited to be taken, ms; 0 when none waits. */
  get untakenForMs(): number {
    return this.#waiting.length === 0 ? 0 : performance.now() - this.#untakenSinceMs;
  }

  push(event: CallEvent): void {
    if (this.#closed) return;
    if (this.#waiting.length === 0) this.#untakenSinceMs = performance.now();
    const last = this.#waiting.at(-1);
    if (event.body.type === 'progress' && last?.body.type === 'progress') this.#waiting.pop();
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.length = 0;
      this.fail(new VouchError('STREAM_NOT_READ'));
      this.onOverflow?.();
    }
    this.#wake?.();
  }

  /** No more events: the reader gets what waits, then the end. */
  end(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** No more events: the reader gets what waits, then the error. */
  fail(error: unknown): void {
    if (this.#closed) return;
    this.#error = error;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CallEvent, void, undefined> {
    try {
      for (;;) {
        const event = this.#waiting.shift();
        if (event) {
          this.#untakenSinceMs = performance.now();
          yield event;
          continue;
        }
        if (this.#closed) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#error !== undefined) throw this.#error as Error;
    } finally {
      this.#closed = true;
    }
  }
}
