import type { ServerHttp2Stream } from 'node:http2';
import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  type Responder,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { cutUnread, senderOn, type Send } from './direct-answers.js';
import { MessageTap } from './message-tap.js';
import { PacedReads } from './paced-reads.js';

/** Who takes the messages of a stream. Nothing of it throws. */
export interface RequestTaker<Request> {
  /** Takes a message. Says, at once or later, whether another one is wanted; until then none comes. */
  onMessage(request: Request): boolean | Promise<boolean>;
  /** The client sends nothing more. */
  onHalfClose(): void;
  /** The client is gone. */
  onCancel(): void;
}

export interface DirectRequestsOptions<Request> {
  /** Of the method, for example `/vouch.v1.VerificationService/StreamCall`. */
  readonly path: string;
  /** Reads the bytes of the messages that most are; undefined for others. Nothing of it throws. */
  readonly read: (message: Uint8Array) => Request | undefined;
  /** Longer messages are refused by the library. */
  readonly mostMessageBytes: number;
  /** Whoever reads nothing of what waits for them for so long is cut off, ms: else all that belongs to the stream stays. */
  readonly mostUnreadMs: number;
}

/**
 * The messages of one streaming method, past the library's streams: to grpc-js and nice-grpc each message is an object in a
 * Readable, an item of an async iterator and half a dozen promises, which together cost more than all that the main thread
 * does with 20 ms of audio. The first message of a stream comes as always; whoever got it takes the rest directly, most of
 * it from the HTTP/2 stream itself. So it is with answers, each of which would pass half a dozen generators on its way.
 */
export class DirectRequests<Request extends object> {
  /** By the first message of the stream. */
  readonly #rests = new WeakMap<Request, RestOfStream<Request>>();
  readonly #reads = new PacedReads();

  constructor(private readonly options: DirectRequestsOptions<Request>) {}

  /** For the server's options. */
  readonly interceptor: ServerInterceptor = (method, call) => {
    const { path, read, mostMessageBytes, mostUnreadMs } = this.options;
    if (method.path !== path) return new ServerInterceptingCall(call);
    // The library keeps it to itself.
    const { stream } = call as { stream?: ServerHttp2Stream };
    const rest = new RestOfStream<Request>(
      () => {
        tapped.startRead();
      },
      stream && senderOn(stream, mostUnreadMs),
    );
    if (stream) this.#reads.follow(stream);
    const tap =
      stream && MessageTap.into(stream, (bytes) => rest.takeDirectly(bytes, read), mostMessageBytes);
    let begun = false;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message: Request, next) => {
        tap?.delivered();
        if (begun) {
          rest.onMessage(message);
          return;
        }
        begun = true;
        this.#rests.set(message, rest);
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        if (begun) rest.onHalfClose();
        else next();
      })
      .withOnCancel(() => {
        tap?.close();
        rest.onCancel();
      })
      .build();
    const responder = new ResponderBuilder().withStart((next) => {
      next(listener);
    });
    const tapped = new TappedCall(call, responder.build(), tap, () => cutUnread(stream, mostUnreadMs));
    return tapped;
  };

  /**
   * Takes the messages after the first one of a stream; once a stream.
   *
   * @returns what sends encoded answers, once a first one has gone through the library; undefined where all have to
   */
  takeAfter(first: Request, taker: RequestTaker<Request>): Send | undefined {
    const rest = this.#rests.get(first);
    rest?.take(taker);
    return rest?.send;
  }
}

/** Reads on where the tap is as well. What goes through the library waits no longer than other answers to be read. */
class TappedCall extends ServerInterceptingCall {
  constructor(
    call: ServerInterceptingCallInterface,
    responder: Responder,
    private readonly tap: MessageTap | undefined,
    private readonly cutLater: () => () => void,
  ) {
    super(call, responder);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    const wasSent = this.cutLater();
    super.sendMessage(message, () => {
      wasSent();
      callback();
    });
  }

  override sendStatus(status: Parameters<ServerInterceptingCallInterface['sendStatus']>[0]): void {
    super.sendStatus(status);
    // The client gets it after all that it has not read yet.
    this.cutLater();
  }

  override startRead(): void {
    super.startRead();
    this.tap?.next();
  }
}

/** What comes after the first message; it waits for somebody to take it. */
class RestOfStream<Request> {
  #taker: RequestTaker<Request> | undefined;
  /** At most one message comes unasked: the library reads one ahead. */
  #waiting: Request | undefined;
  #halfClosed = false;
  #cancelled = false;

  constructor(
    private readonly readNext: () => void,
    readonly send: Send | undefined,
  ) {}

  take(taker: RequestTaker<Request>): void {
    this.#taker = taker;
    if (this.#cancelled) taker.onCancel();
    else if (this.#waiting !== undefined) this.#give(taker, this.#waiting);
    else if (this.#halfClosed) taker.onHalfClose();
    else this.readNext();
  }

  onMessage(message: Request): void {
    if (this.#taker) this.#give(this.#taker, message);
    else this.#waiting = message;
  }

  /** Undefined where it is for the library: what `read` does not know, and all until somebody takes it. */
  takeDirectly(
    bytes: Uint8Array,
    read: (message: Uint8Array) => Request | undefined,
  ): boolean | Promise<boolean> | undefined {
    const message = this.#taker && read(bytes);
    return message && this.#taker?.onMessage(message);
  }

  onHalfClose(): void {
    this.#halfClosed = true;
    this.#taker?.onHalfClose();
  }

  onCancel(): void {
    this.#cancelled = true;
    this.#taker?.onCancel();
  }

  #give(taker: RequestTaker<Request>, message: Request): void {
    const more = taker.onMessage(message);
    if (more === true) this.readNext();
    else if (more !== false) void this.#readLater(more);
  }

  async #readLater(more: Promise<boolean>): Promise<void> {
    if (await more) this.readNext();
  }
}
