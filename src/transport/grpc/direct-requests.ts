import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  type ServerInterceptor,
} from '@grpc/grpc-js';

/** Who takes the messages of a stream. Nothing of it throws. */
export interface RequestTaker<Request> {
  /** Takes a message. Says, at once or later, whether another one is wanted; until then none comes. */
  onMessage(request: Request): boolean | Promise<boolean>;
  /** The client sends nothing more. */
  onHalfClose(): void;
  /** The client is gone. */
  onCancel(): void;
}

/**
 * The messages of one streaming method, past the library's streams: to grpc-js and nice-grpc each message is an object in a
 * Readable, an item of an async iterator and half a dozen promises, which together cost more than all that the main thread
 * does with 20 ms of audio. The first message of a stream comes as always; whoever got it takes the rest directly.
 */
export class DirectRequests<Request extends object> {
  /** By the first message of the stream. */
  readonly #rests = new WeakMap<Request, RestOfStream<Request>>();

  /** @param path of the method, for example `/vouch.v1.VerificationService/StreamCall`. */
  constructor(private readonly path: string) {}

  /** For the server's options. */
  readonly interceptor: ServerInterceptor = (method, call) => {
    if (method.path !== this.path) return new ServerInterceptingCall(call);
    const rest = new RestOfStream<Request>(() => {
      call.startRead();
    });
    let begun = false;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message: Request, next) => {
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
        rest.onCancel();
      })
      .build();
    const responder = new ResponderBuilder().withStart((next) => {
      next(listener);
    });
    return new ServerInterceptingCall(call, responder.build());
  };

  /** Takes the messages after the first one of a stream; once a stream. */
  takeAfter(first: Request, taker: RequestTaker<Request>): void {
    this.#rests.get(first)?.take(taker);
  }
}

/** What comes after the first message; it waits for somebody to take it. */
class RestOfStream<Request> {
  #taker: RequestTaker<Request> | undefined;
  /** At most one message comes unasked: the library reads one ahead. */
  #waiting: Request | undefined;
  #halfClosed = false;
  #cancelled = false;

  constructor(private readonly readNext: () => void) {}

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
