import type { CallEvent } from '../domain/event.js';
import { VouchError } from '../errors.js';

/** Changes of state that may wait for a reader; progress never adds up, only its latest waits. */
const MOST_WAITING = 256;

/**
 * Events on their way to one reader, who iterates. Never holds back the one who pushes: a reader who falls too far behind
 * gets STREAM_NOT_READ.
 */
export class EventQueue implements AsyncIterable<CallEvent> {
  readonly #waiting: CallEvent[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #error: unknown;

  get closed(): boolean {
    return this.#closed;
  }

  push(event: CallEvent): void {
    if (this.#closed) return;
    const last = this.#waiting.at(-1);
    if (event.body.type === 'progress' && last?.body.type === 'progress') this.#waiting.pop();
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.length = 0;
      this.fail(new VouchError('STREAM_NOT_READ'));
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
