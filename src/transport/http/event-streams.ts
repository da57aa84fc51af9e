import { Readable } from 'node:stream';
import { VouchError } from '../../errors.js';

/** A line at least this often, so that whoever is in between keeps the connection and a client notices a dead one, ms. */
const BEAT_MS = 5000;

/** Whoever reads nothing for so long is cut off, ms. */
const UNREAD_MS = 30_000;

/** How an event stream speaks. */
export interface EventForm<Message> {
  write(message: Message): string;
  writeError(error: unknown): string;
  /** Told when nobody read for too long. */
  cut(): void;
}

/** The answers as server-sent events that are open now: only so many, and all of them told when the service stops. */
export class EventStreams {
  readonly #open = new Set<AbortController>();
  #draining = false;

  constructor(private readonly maximum: number) {}

  /**
   * Begins a stream. Throws TOO_MANY_STREAMS, SHUTTING_DOWN.
   *
   * @param messages is pulled only as fast as the client reads
   * @param gone aborts when the client is gone
   */
  open<Message>(
    messages: AsyncIterator<Message, unknown>,
    form: EventForm<Message>,
    gone: AbortSignal,
  ): Readable {
    if (this.#draining) throw shuttingDown();
    if (this.#open.size >= this.maximum) {
      throw new VouchError('TOO_MANY_STREAMS', {
        metadata: { limit: String(this.maximum) },
        retryAfterMs: 5000,
      });
    }
    const drained = new AbortController();
    this.#open.add(drained);
    const events = new Events(messages, form, gone, drained.signal);
    return Readable.from(events.run(), { objectMode: false }).once('close', () => {
      this.#open.delete(drained);
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
    private readonly gone: AbortSignal,
    private readonly drained: AbortSignal,
  ) {}

  async *run(): AsyncGenerator<string> {
    const wake = () => {
      this.#wake();
    };
    const timer = setInterval(() => {
      this.#beat();
    }, BEAT_MS);
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
    if (this.#askedToReadAt > 0 && performance.now() - this.#askedToReadAt > UNREAD_MS) this.form.cut();
    this.#beatDue = true;
    this.#wake();
  }
}
