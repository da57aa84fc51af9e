import { setTimeout as sleep } from 'node:timers/promises';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import { VouchError } from '../errors.js';
import type { CallHub } from './hub.js';
import type { Clock } from './ports.js';

/** Where changes of state go. Rejects with CALL_TAKEN_OVER when another stream has the call. */
export type AppendEvents = (events: readonly CallEvent[]) => Promise<void>;

export interface EventLogOptions {
  readonly callId: string;
  readonly key: string;
  readonly lastSequence: number;
  readonly clock: Clock;
  readonly hub: CallHub;
  readonly append: AppendEvents;
  /** Called once, when the log can no longer be kept: taken over, or more unwritten than it may hold. */
  readonly onLost: (error: VouchError) => void;
}

/** Changes of state that may wait for the database before the call is given up. */
const MOST_UNWRITTEN = 512;
const RETRY_MS = 250;

/**
 * Numbers the events of a stream, hands them on at once and writes changes of state in order. While the database is gone
 * they wait here, bounded.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #unwritten: CallEvent[] = [];
  #sequence: number;
  #writing: Promise<void> | undefined;
  #lost = false;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#sequence = options.lastSequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Changes of state that are not in the database yet, in order. */
  get unwritten(): readonly CallEvent[] {
    return this.#unwritten;
  }

  emit(body: CallEventBody, mediaTimeMs: number): CallEvent {
    const { callId, key, clock, hub } = this.#options;
    const stored = body.type !== 'progress';
    const event: CallEvent = {
      sequence: stored ? ++this.#sequence : 0,
      callId,
      emittedAt: clock.now(),
      mediaTimeMs: Math.round(mediaTimeMs),
      replayed: false,
      body,
    };
    if (stored && !this.#lost) this.#write(event);
    hub.publish(key, event);
    return event;
  }

  /** Resolves when everything emitted so far is written, or the log is lost. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** Gives up what is unwritten. */
  abandon(): void {
    this.#lost = true;
    this.#unwritten.length = 0;
  }

  #write(event: CallEvent): void {
    this.#unwritten.push(event);
    if (this.#unwritten.length > MOST_UNWRITTEN) {
      this.#lose(new VouchError('DATABASE_UNAVAILABLE'));
      return;
    }
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#unwritten.length > 0) {
      const batch = [...this.#unwritten];
      try {
        await this.#options.append(batch);
        this.#unwritten.splice(0, batch.length);
      } catch (error) {
        if (error instanceof VouchError && error.kind === 'UNAVAILABLE') await sleep(RETRY_MS);
        else this.#lose(error instanceof VouchError ? error : new VouchError('INTERNAL', { cause: error }));
      }
    }
    // In the same turn as the last look at the queue: an event that comes later starts a new round.
    this.#writing = undefined;
  }

  #lose(error: VouchError): void {
    if (this.#lost) return;
    this.abandon();
    this.#options.onLost(error);
  }
}
