import type { Http2Session, ServerHttp2Stream } from 'node:http2';

/** Two messages of a call, as long as they usually last, ms: more seldom would be noticed. */
export const READ_EVERY_MS = 40;

/**
 * What may come over a connection between two reads. HTTP/2 begins with 64 KiB for all streams of a connection, which is a few
 * dozen calls at this pace; behind a proxy it carries hundreds. Node counts it as taken when it is read, so nothing waits in it:
 * what a stream may keep waiting is bounded by its own window.
 */
const CONNECTION_WINDOW_BYTES = 8 * 2 ** 20;

/** The part of a socket that node keeps to itself (net.Socket's `_handle`). */
interface Handle {
  /** Bytes that the peer has not taken yet. */
  readonly writeQueueSize: number;
  readStart(): void;
  readStop(): void;
}

/**
 * Reads the connections of calls at even intervals. Fifty messages a second of each call, each at a moment of its own, would
 * wake the process for nearly every one of them, and a wake costs more than what is done with 20 ms of audio; together they
 * come at half the price, and wait for the speech stages anyway.
 *
 * A peer that does not read what it is sent is not read either: node holds to that against floods, and so must this.
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
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    this.#connections.set(session, { handle, calls: 1 });
    this.#timer ??= setInterval(() => {
      this.#read();
    }, READ_EVERY_MS);
  }

  #remove(session: Http2Session): void {
    const known = this.#connections.get(session);
    if (known && --known.calls === 0) this.#readOn(session, known.handle);
  }

  /** Reads a connection that has no calls any more as ever, as soon as it may be read. */
  #readOn(session: Http2Session, handle: Handle): void {
    if (!readIfTaken(handle)) return;
    this.#connections.delete(session);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Lets the event loop look at the connections once: it does between timers and immediates. */
  #read(): void {
    for (const [session, { handle, calls }] of this.#connections)
      if (calls > 0) readIfTaken(handle);
      else this.#readOn(session, handle);
    setImmediate(() => {
      for (const { handle } of this.#connections.values()) handle.readStop();
    });
  }
}

/** Whether it is read now: not before the peer took what it was sent. */
function readIfTaken(handle: Handle): boolean {
  // Where the connection is closed, it is not known, and nothing is read.
  if (handle.writeQueueSize > 0) return false;
  handle.readStart();
  return true;
}

function handleOf(session: Http2Session): Handle | undefined {
  const { _handle: handle } = session.socket as unknown as { _handle?: Partial<Handle> | null };
  return typeof handle?.readStart === 'function' && typeof handle.readStop === 'function'
    ? (handle as Handle)
    : undefined;
}
