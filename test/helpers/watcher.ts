import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from './caller.js';
import { failureOf, type Failure } from './test-stream.js';

/** Somebody who watches a call: keeps all that comes. */
export class Watcher {
  readonly events: CallEvent[] = [];
  /** Resolves when there is nothing more to watch, with how it failed or null. */
  readonly over: Promise<Failure | null>;
  readonly #abort = new AbortController();

  constructor(tenant: TestTenant, callId: string, afterSequence = 0) {
    const { signal } = this.#abort;
    this.over = this.#read(tenant.verification.watchCall({ callId, afterSequence }, { signal }));
  }

  /** The first event that is so, whether it came already or comes. */
  async event(isSo: (event: CallEvent) => boolean): Promise<CallEvent> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const found = this.events.find(isSo);
      if (found) return found;
      await new Promise((later) => setTimeout(later, 10));
    }
    throw new Error('The event did not come.');
  }

  leave(): void {
    this.#abort.abort();
  }

  async #read(responses: AsyncIterable<{ event?: CallEvent | undefined }>): Promise<Failure | null> {
    try {
      for await (const { event } of responses) if (event) this.events.push(event);
      return null;
    } catch (error) {
      return this.#abort.signal.aborted ? null : failureOf(error);
    }
  }
}
