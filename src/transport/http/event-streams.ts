import { Readable } from 'node:stream';
import { VouchError } from '../../errors.js';

/** How long things last, ms. */
export interface StreamTimes {
  /** A line at least this often, so that whoever is in between keeps the connection and a client notices a dead one. */
  readonly beatMs: number;
  /** Whoever reads nothing for so long is cut off. */
  readonly unreadMs: number;
}

const TIMES: StreamTimes = { beatMs: 5000, unreadMs: 30_000 };

/** How an event stream speaks. */
export interface EventForm<Message> {
  write(message: Message): string;
  writeError(error: unknown): string;
  /** Told when nobody read for too long. */
  cut(): void;
}

/** Where a stream may be. */
export interface StreamPlace {
  /** Aborted when the service stops. */
  readonly drained: AbortSignal;
  /** Takes the place, once. Throws TOO_MANY_STREAMS, SHUTTING_DOWN. */
  take(): void;
  /** Gives it back, for good. */
  free(): void;
}

/** The answers as server-sent events that are open now: only so many, and all of them told when the service stops. */
export class EventStreams {
  /** The places that are taken. */
  readonly #open = new Set<AbortController>();
  #draining = false;

  constructor(
    private readonly maximum: number,
    private readonly times: StreamTimes = TIMES,
  ) {}

  /** A place for one stream, to be taken before any work is done for it. */
  place(): StreamPlace {
    const drained = new AbortController();
    let freed = false;
    return {
      drained: drained.signal,
      take: () => {
        if (freed || this.#open.has(drained)) return;
        if (this.#draining) throw shuttingDown();
        if (this.#open.size >= this.maximum) throw tooMany(this.maximum);
        this.#open.add(drained);
      },
      free: () => {
        freed = true;
        this.#open.delete(drained);
      },
    };
  }

  /**
   * Begins a stream, and frees its place at the end. Throws TOO_MANY_STREAMS, SHUTTING_DOWN.
   *
   * @param messages is pulled only as fast as the client reads
   * @param gone aborts when the client is gone
   */
  open<Message>(
    place: StreamPlace,
    messages: AsyncIterator<Message, unknown>,
    form: EventForm<Message>,
    gone: AbortSignal,
  ): Readable {
    place.take();
    const events = new Events(messages, form, this.times, gone, place.drained);
    return Readable.from(events.run(), { objectMode: false }).once('close', () => {
      place.free();
      // What is waited for may take its time; nobody waits for that.
      void Promise.resolve(messages.return?.()).catch(() => undefined);
    });
  }

  /** Ends all streams with SHUTTING_DOWN, and lets no new one begin. */
  drain(): void {
    this.#draining = true;
    for (const stream of this.#open) stream.abort();
  }
}

function tooMany(maximum: number): VouchError {
  return new VouchError('TOO_MANY_STREAMS', { metadata: { limit: String(maximum) }, retryAfterMs: 5000 });
}

function shuttingDown(): VouchError {
  return new VouchError('SHUTTING_DOWN', { retryAfterMs: 1000 });
}

type Heard<Message> = { message: Message } | { error: unknown } | 'end';

/** One stream of events: messages as they come, a line in between, then how it ended. */
class Events<Message> {
  #heard: Heard<Message> | undefined;
  #beatDue = false;
  #askedToReadAt = 0;
  #wake: () => void = () => undefined;

  constructor(
    private readonly messages: AsyncIterator<Message, unknown>,
    private readonly form: EventForm<Message>,
    private readonly times: StreamTimes,
    private readonly gone: AbortSignal,
    private readonly drained: AbortSignal,
  ) {}

  async *run(): AsyncGenerator<string> {
    const wake = () => {
      this.#wake();
    };
    const timer = setInterval(() => {
      this.#beat();
    }, this.times.beatMs);
    this.gone.addEventListener('abort', wake);
    this.drained.addEventListener('abort', wake);
    try {
      this.#askNext();
      for (;;) {
        const { text, last } = await this.#next();
        if (text === '') return;
        this.#askedToReadAt = performance.now();
        yield text;
        this.#askedToReadAt = 0;
        if (last) return;
      }
    } finally {
      clearInterval(timer);
      this.gone.removeEventListener('abort', wake);
      this.drained.removeEventListener('abort', wake);
    }
  }

  /** What is written next. An empty text: nothing more. */
  async #next(): Promise<{ text: string; last: boolean }> {
    for (;;) {
      if (this.gone.aborted) return { text: '', last: true };
      if (this.drained.aborted) return { text: this.#error(shuttingDown()), last: true };
      const heard = this.#heard;
      if (heard === 'end') return { text: 'event: end\ndata: {}\n\n', last: true };
      if (heard && 'error' in heard) return { text: this.#error(heard.error), last: true };
      if (heard) {
        this.#askNext();
        return { text: `event: message\ndata: ${this.form.write(heard.message)}\n\n`, last: false };
      }
      if (this.#beatDue) {
        this.#beatDue = false;
        return { text: ': alive\n\n', last: false };
      }
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  #error(error: unknown): string {
    return `event: error\ndata: ${this.form.writeError(error)}\n\n`;
  }

  #askNext(): void {
    this.#heard = undefined;
    const hear = (heard: Heard<Message>) => {
      this.#heard = heard;
      this.#wake();
    };
    this.messages.next().then(
      (result) => {
        hear(result.done === true ? 'end' : { message: result.value });
      },
      (error: unknown) => {
        hear({ error });
      },
    );
  }

  #beat(): void {
    const { unreadMs } = this.times;
    if (this.#askedToReadAt > 0 && performance.now() - this.#askedToReadAt > unreadMs) this.form.cut();
    this.#beatDue = true;
    this.#wake();
  }
}
