import type { Http2Session, ServerHttp2Stream } from 'node:http2';

/** As long as a message of a call usually lasts, ms: more seldom would be noticed, and more often is for nothing. */
const EVERY_MS = 20;

/** The part of a socket that node keeps to itself (net.Socket's `_handle`). */
interface Handle {
  readStart(): void;
  readStop(): void;
}

/**
 * Reads the connections of calls at even intervals. Fifty messages a second of each call, each at a moment of its own, would
 * wake the process for nearly every one of them, and a wake costs more than what is done with 20 ms of audio; together they
 * come at half the price, and wait for the speech stages anyway.
 */
export class PacedReads {
  /** By the connection, with how many of its streams are calls. */
  readonly #connections = new Map<Http2Session, { readonly handle: Handle; calls: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** Follows a call for as long as its stream is open; a connection without calls is read as ever. */
  follow(stream: ServerHttp2Stream): void {
    const { session } = stream;
    if (!session) return;
    this.#add(session);
    stream.once('close', () => {
      this.#remove(session);
    });
  }

  #add(session: Http2Session): void {
    const known = this.#connections.get(session);
    if (known) {
      known.calls++;
      return;
    }
    const handle = handleOf(session);
    // Where node keeps it elsewhere, the connection is read as ever.
    if (!handle) return;
    this.#connections.set(session, { handle, calls: 1 });
    this.#timer ??= setInterval(() => {
      this.#read();
    }, EVERY_MS);
  }

  #remove(session: Http2Session): void {
    const known = this.#connections.get(session);
    if (!known || --known.calls > 0) return;
    this.#connections.delete(session);
    known.handle.readStart();
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Lets the event loop look at the connections once: it does between timers and immediates. */
  #read(): void {
    for (const { handle } of this.#connections.values()) handle.readStart();
    setImmediate(() => {
      for (const { handle } of this.#connections.values()) handle.readStop();
    });
  }
}

function handleOf(session: Http2Session): Handle | undefined {
  const { _handle: handle } = session.socket as unknown as { _handle?: Partial<Handle> | null };
  return typeof handle?.readStart === 'function' && typeof handle.readStop === 'function'
    ? (handle as Handle)
    : undefined;
}
