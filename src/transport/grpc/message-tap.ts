import type { ServerHttp2Stream } from 'node:http2';

/** Before each message: whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;

/** What the library does with what comes of the stream. */
interface Library {
  readonly onData: (data: Buffer) => void;
  readonly onEnd: () => void;
}

type Take = (message: Buffer) => boolean | Promise<boolean> | undefined;

/**
 * Stands between the HTTP/2 stream of a request and the library that reads it: hands the library one message at a time, and
 * those that somebody else takes not at all. Each message costs the library a pause, a resumption, three promises and two
 * copies. While a message is in hand, here or there, the stream rests, so that flow control reaches the client.
 */
export class MessageTap {
  /** What came and is not handed on yet. */
  #parts: Buffer[] = [];
  #bytes = 0;
  /** How many bytes the next message has, with its prefix, once that is known. */
  #needed = PREFIX_BYTES;
  /** Who has the last message that was handed on: the library until it delivers it, then whoever gets it until they want another. */
  #inHand: 'NOBODY' | 'LIBRARY' | 'TAKER' = 'NOBODY';
  /** The client sends nothing more, which the library is told after the last message. */
  #ended = false;
  #closed = false;

  private constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly library: Library,
    private readonly take: Take,
    private readonly mostBytes: number,
  ) {}

  /**
   * Taps a request that nothing was read of yet. Undefined where the library does not listen as grpc-js 1.14 does: it then
   * reads all messages itself, which is slower and nothing else.
   *
   * @param take takes a message that is not compressed, without its prefix; undefined where it is none of its own, else whether
   * another one is wanted, at once or later. Nothing of it throws.
   * @param mostBytes longer messages are left to the library, which refuses them
   */
  static into(stream: ServerHttp2Stream, take: Take, mostBytes: number): MessageTap | undefined {
    const onData = stream.listeners('data');
    const onEnd = stream.listeners('end');
    if (onData.length !== 1 || onEnd.length !== 1) return undefined;
    const library = { onData: onData[0], onEnd: onEnd[0] } as Library;
    const tap = new MessageTap(stream, library, take, mostBytes);
    stream.off('data', library.onData).off('end', library.onEnd);
    stream.on('data', (data: Buffer) => {
      tap.#onData(data);
    });
    stream.on('end', () => {
      tap.#ended = true;
      tap.#handOn();
    });
    return tap;
  }

  /** The library has read the message that it was given. */
  delivered(): void {
    this.#inHand = 'TAKER';
  }

  /** Another message is wanted. The library has let the stream go on. */
  next(): void {
    // Wanted ahead of the one that the library still reads: that comes first.
    if (this.#inHand === 'LIBRARY') return;
    this.#inHand = 'NOBODY';
    this.#handOn();
  }

  /** The request is over: what still comes is thrown away. */
  close(): void {
    this.#closed = true;
    this.#parts = [];
    this.#bytes = 0;
  }

  #onData(data: Buffer): void {
    if (this.#closed) return;
    this.#parts.push(data);
    this.#bytes += data.length;
    this.#handOn();
  }

  #handOn(): void {
    this.#handOnMessages();
    // What is left is no whole message.
    if (!this.#ended || this.#inHand !== 'NOBODY') return;
    this.#ended = false;
    this.library.onEnd();
  }

  #handOnMessages(): void {
    while (this.#inHand === 'NOBODY' && this.#bytes >= this.#needed) {
      const [first] = this.#parts;
      const bytes = first?.length === this.#bytes ? first : Buffer.concat(this.#parts, this.#bytes);
      const length = bytes.readUInt32BE(1);
      // The library refuses it by its prefix.
      this.#needed = length > this.mostBytes ? bytes.length : PREFIX_BYTES + length;
      this.#parts = [bytes];
      if (bytes.length < this.#needed) return;
      const message = bytes.subarray(0, this.#needed);
      this.#bytes -= this.#needed;
      this.#parts = this.#bytes > 0 ? [bytes.subarray(this.#needed)] : [];
      this.#needed = PREFIX_BYTES;
      this.#give(message, length <= this.mostBytes && message[0] === 0);
    }
  }

  #give(message: Buffer, plain: boolean): void {
    const more = plain ? this.take(message.subarray(PREFIX_BYTES)) : undefined;
    if (more === true) return;
    this.#inHand = more === undefined ? 'LIBRARY' : 'TAKER';
    if (more === undefined) {
      this.library.onData(message);
      return;
    }
    this.stream.pause();
    if (more !== false) void this.#goOn(more);
  }

  #isFree(): boolean {
    return this.#inHand === 'NOBODY';
  }

  async #goOn(more: Promise<boolean>): Promise<void> {
    if (!(await more) || this.#closed) return;
    this.next();
    if (this.#isFree()) this.stream.resume();
  }
}
