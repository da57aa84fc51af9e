import { constants, type ServerHttp2Stream } from 'node:http2';
import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { VouchError } from '../../errors.js';
import { unreadable, withhold } from './readable.js';

export interface WholeRequestsOptions {
  /** What paths of RPCs begin with whose senders are known; others (health, reflection) are open to all. */
  readonly prefix: string;
  /** Who sends a request. Rejects with why that is not known. */
  readonly known: (metadata: Metadata, call: ServerInterceptingCallInterface) => Promise<unknown>;
  /** All of a request with one message is there within this time, ms. Default 30 s, as over HTTP. */
  readonly withinMs?: number;
}

const WITHIN_MS = 30_000;

/** All that may come in one request that is open to all: hundreds of questions. */
const MOST_OPEN_BYTES = 16_384;

type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];

/**
 * Reads requests with one message only once it is known who sends them, and not for ever: the library reads such a message
 * whole before anybody else hears of the request, so that whoever began thousands of large ones would have them all kept.
 * What is not read goes on as a message that is refused for what it lacks (readable.ts). Streams are read as they are
 * answered, by those who know the sender. The first of all interceptors: it knows the HTTP/2 stream, and so must the next.
 */
export function wholeRequests({
  prefix,
  known,
  withinMs = WITHIN_MS,
}: WholeRequestsOptions): ServerInterceptor {
  return ({ path, requestStream }, call) => {
    if (path.startsWith(prefix) && !requestStream) return new WholeRequest(call, known, withinMs);
    if (!path.startsWith(prefix)) bound(call);
    // One more layer would cost every message of a call, and hide the stream; to their users both kinds of call are one.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    return call as ServerInterceptingCall;
  };
}

/** Cuts off whoever sends more than anybody needs. */
function bound(call: ServerInterceptingCallInterface): void {
  // The library keeps it to itself.
  const { stream } = call as { stream?: ServerHttp2Stream };
  let bytes = 0;
  stream?.on('data', (data: Buffer) => {
    bytes += data.length;
    if (bytes > MOST_OPEN_BYTES) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });
}

class WholeRequest extends ServerInterceptingCall {
  #listener: Listener | undefined;
  #message: object | undefined;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly call: ServerInterceptingCallInterface,
    private readonly known: WholeRequestsOptions['known'],
    private readonly withinMs: number,
  ) {
    super(call);
  }

  override start(listener: Listener): void {
    this.#listener = listener;
    super.start({
      onReceiveMetadata: (metadata) => {
        void this.#begin(metadata);
      },
      onReceiveMessage: (message: object) => {
        if (this.#over) return;
        this.#message = message;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        if (this.#end()) listener.onReceiveHalfClose();
      },
      onCancel: () => {
        this.#end();
        listener.onCancel();
      },
    });
  }

  override startRead(): void {
    if (!this.#over) super.startRead();
  }

  async #begin(metadata: Metadata): Promise<void> {
    const unknown = await this.known(metadata, this.call).then(
      () => undefined,
      // A database that is away says nothing of whoever asks.
      (error: unknown) => (error instanceof VouchError ? error.reason : 'INTERNAL'),
    );
    if (this.#over) return; // Whoever it was has left.
    this.#over = unknown !== undefined;
    this.#listener?.onReceiveMetadata(metadata);
    if (unknown !== undefined) {
      this.#handOn(unreadable(unknown));
      return;
    }
    this.#timer = setTimeout(() => {
      this.#late();
    }, this.withinMs);
  }

  #late(): void {
    if (!this.#end()) return;
    if (!this.#message) {
      this.#handOn(unreadable('STREAM_STALLED'));
      return;
    }
    withhold(this.#message, 'STREAM_STALLED');
    this.#listener?.onReceiveHalfClose();
  }

  #handOn(message: object): void {
    this.#listener?.onReceiveMessage(message);
    this.#listener?.onReceiveHalfClose();
  }

  /** Whether this ends it, and nothing did before. */
  #end(): boolean {
    clearTimeout(this.#timer);
    const ends = !this.#over;
    this.#over = true;
    return ends;
  }
}
