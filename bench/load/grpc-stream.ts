import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { StreamCallResponse, type CallEvent } from '../../src/gen/vouch/v1/verification.js';

/** A gRPC message: not compressed, its length, then it. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

export interface CallStreamOptions {
  readonly tenantId: string;
  readonly onEvent: (event: CallEvent) => void;
  /** The stream is over; with what went wrong, if anything did. */
  readonly onOver: (problem: string | undefined) => void;
}

/**
 * StreamCall over HTTP/2 without a gRPC library: the generator shares a small machine with what it measures, and what it
 * sends is the same to the byte.
 */
export class GrpcCallStream {
  readonly #stream: ClientHttp2Stream;
  #drained: () => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);
  #status: string | undefined;

  constructor(session: ClientHttp2Session, { tenantId, onEvent, onOver }: CallStreamOptions) {
    this.#stream = session.request({
      ':method': 'POST',
      ':path': '/vouch.v1.VerificationService/StreamCall',
      'content-type': 'application/grpc',
      te: 'trailers',
      'vouch-tenant': tenantId,
      'vouch-role': 'TELEPHONY',
      'vouch-actor': 'bench',
    });
    this.#stream.on('data', (data: Buffer) => {
      for (const message of this.#messages(data)) {
        const { event } = StreamCallResponse.decode(message);
        if (event) onEvent(event);
      }
    });
    this.#stream.on('response', (headers) => {
      this.#onHeaders(headers);
    });
    this.#stream.on('trailers', (headers: IncomingHttpHeaders) => {
      this.#onHeaders(headers);
    });
    this.#stream.on('error', (error: Error) => {
      this.#status = error.message;
    });
    this.#stream.on('drain', () => {
      this.#drained();
    });
    this.#stream.on('close', () => {
      this.#drained();
      onOver(this.#status?.startsWith('0') === true ? undefined : (this.#status ?? 'closed'));
    });
  }

  /** The status comes after the messages, or with the first headers where there are none ("Trailers-Only"). */
  #onHeaders(headers: IncomingHttpHeaders): void {
    const status = headers['grpc-status'];
    if (status !== undefined) this.#status = `${String(status)} ${String(headers['grpc-message'] ?? '')}`;
  }

  /** Sends a framed message. Returns false when the stream is full: wait for `drained`. */
  send(frame: Uint8Array): boolean {
    return this.#stream.write(frame);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Bytes that wait on this side. */
  get waitingBytes(): number {
    return this.#stream.writableLength;
  }

  halfClose(): void {
    this.#stream.end();
  }

  *#messages(data: Buffer): Generator<Buffer> {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    while (this.#received.length >= 5) {
      const end = 5 + this.#received.readUInt32BE(1);
      if (this.#received.length < end) return;
      yield this.#received.subarray(5, end);
      this.#received = this.#received.subarray(end);
    }
  }
}
