import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import { VouchError } from '../errors.js';
import type { CallHub } from './hub.js';

/** Where changes of state go. Rejects with CALL_TAKEN_OVER when another stream has the call. */
export type AppendEvents = (events: readonly CallEvent[]) => Promise<void>;

export interface EventLogOptions {
  readonly callId: string;
  readonly key: string;
  readonly lastSequence: number;
  readonly clock: Clock;
  /** Tells those who follow the call on this process. */
  readonly hub: CallHub;
  /** Tells the stream itself, at once. */
  readonly tell: (event: CallEvent) => void;
  readonly append: AppendEvents;
  /** Called once, when the log can no longer be kept: taken over, or more unwritten than it may hold. */
  readonly onLost: (error: VouchError) => void;
}

/** What waits for the database, in order. */
type Entry = { readonly event: CallEvent } | { readonly task: () => Promise<unknown> };

/** Entries that may wait for the database before the call is given up. */
const MOST_UNWRITTEN = 512;
/** Streams whose own messages cause entries wait while there are more than this. */
const COMFORTABLE = 64;
const RETRY_MS = 250;

/**
 * Numbers the events of a stream, tells it at once and writes changes of state in order. Watchers are told of what is
 * written: a stream that another has taken over from may not know it yet, and what it tells is not of the call any more.
 * While the database is gone changes of state wait here, bounded, and watchers are told all the same.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  #unwritten: Entry[] = [];
  #sequence: number;
  #writing: Promise<void> | undefined;
  #lost = false;
  /** Up to which number watchers were told. */
  #published: number;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#sequence = this.#published = options.lastSequence;
  }

  /** Tells an event at once; a change of state is written as soon as may be. */
  emit(body: CallEventBody, mediaTimeMs: number): void {
    const event = this.#make(body, mediaTimeMs);
    if (event.sequence > 0) this.#queue({ event });
    else this.#options.hub.publish(this.#options.key, event);
    this.#options.tell(event);
  }

  /** Runs a task once everything before it is written; tried until the database is there. Other failures drop it. */
  afterwards(task: () => Promise<unknown>): void {
    this.#queue({ task });
  }

  /** Resolves when there is room for more: whoever can wait with what they cause awaits it. */
  async room(): Promise<void> {
    while (this.#unwritten.length > COMFORTABLE && this.#writing) await this.#writing;
  }

  /** Resolves when nothing waits any more, or the log is lost. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Gives up what waits: nobody waits for the database any longer. */
  abandon(): void {
    this.#lost = true;
    this.#unwritten = [];
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Changes of state that wait for the database. */
  get unwritten(): number {
    return this.#unwritten.length;
  }

  #make(body: CallEventBody, mediaTimeMs: number): CallEvent {
    return {
      sequence: body.type === 'progress' ? 0 : ++this.#sequence,
      callId: this.#options.callId,
      emittedAt: this.#options.clock.now(),
      mediaTimeMs: Math.round(mediaTimeMs),
      replayed: false,
      body,
    };
  }

  #queue(entry: Entry): void {
    if (this.#lost) return;
    this.#unwritten.push(entry);
    if (this.#unwritten.length > MOST_UNWRITTEN) this.#lose(new VouchError('DATABASE_UNAVAILABLE'));
    else this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      try {
        await this.#carryOut(batch);
        this.#unwritten.splice(0, batch.length);
        this.#publish(batch);
      } catch (error) {
        if (error instanceof VouchError && error.kind === 'UNAVAILABLE') {
          this.#publish(this.#unwritten);
          // A process that stops does not live on for what came too late to be waited for.
          await sleep(RETRY_MS, undefined, { ref: false });
        } else if (batch.some((entry) => 'task' in entry)) this.#unwritten.shift();
        else this.#lose(error instanceof VouchError ? error : new VouchError('INTERNAL', { cause: error }));
      }
    }
    // In the same turn as the last look at the queue: what comes later starts a new round.
    this.#writing = undefined;
  }

  #publish(entries: readonly Entry[]): void {
    const { hub, key } = this.#options;
    for (const entry of entries) {
      if (!('event' in entry) || entry.event.sequence <= this.#published) continue;
      this.#published = entry.event.sequence;
      hub.publish(key, entry.event);
    }
  }

  /** One task, or all events up to the next one. */
  #nextBatch(): Entry[] {
    const [first, ...rest] = this.#unwritten;
    if (!first || 'task' in first) return first ? [first] : [];
    const end = rest.findIndex((entry) => 'task' in entry);
    return [first, ...(end < 0 ? rest : rest.slice(0, end))];
  }

  async #carryOut(batch: readonly Entry[]): Promise<void> {
    const events = batch.flatMap((entry) => ('event' in entry ? [entry.event] : []));
    if (events.length > 0) await this.#options.append(events);
    for (const entry of batch) if ('task' in entry) await entry.task();
  }

  #lose(error: VouchError): void {
    if (this.#lost) return;
    this.abandon();
    this.#options.onLost(error);
  }
}
