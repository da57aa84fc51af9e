import { VouchError } from '../../errors.js';
import { MOST_CHUNK_BYTES } from '../read-call.js';
import { withTimeout } from './timeout.js';

interface UploadMessage<Start> {
  readonly message?: { $case: 'start'; value: Start } | { $case: 'data'; value: Uint8Array } | undefined;
}

/** How an upload is bounded. */
export interface UploadLimits {
  readonly maximumBytes: number;
  /** How long a message may let wait for itself, ms. */
  readonly messageTimeoutMs: number;
  /** How long all of it may take, ms: whoever trickles must not stay for ever. */
  readonly totalTimeoutMs: number;
  /** What more bytes than that are called. Default RECORDING_TOO_LONG. */
  readonly tooLong?: 'MANIFEST_INVALID' | 'TRANSFER_FILE_INVALID';
}

/** A start, then bytes: the shape of every upload. */
export class Upload<Start> {
  readonly #messages: AsyncIterator<UploadMessage<Start>>;
  readonly #limits: UploadLimits;
  readonly #deadlineMs: number;

  constructor(messages: AsyncIterable<UploadMessage<Start>>, limits: UploadLimits) {
    this.#messages = messages[Symbol.asyncIterator]();
    this.#limits = limits;
    this.#deadlineMs = performance.now() + limits.totalTimeoutMs;
  }

  /** The first message. Throws START_EXPECTED, START_TIMEOUT. */
  async start(): Promise<Start> {
    const first = await this.#next('START_TIMEOUT');
    if (first?.$case !== 'start') throw new VouchError('START_EXPECTED');
    return first.value;
  }

  /** All the bytes at once. Throws RECORDING_EMPTY, and as {@link pieces}. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const piece of this.pieces()) chunks.push(piece);
    if (chunks.every((piece) => piece.length === 0))
      throw new VouchError('RECORDING_EMPTY', { field: 'data' });
    return Buffer.concat(chunks);
  }

  /**
   * The bytes as they come. Throws RECORDING_TOO_LONG as soon as there are too many, STREAM_STALLED when a message or the
   * whole takes too long, CHUNK_TOO_LARGE, START_REPEATED.
   */
  async *pieces(): AsyncGenerator<Uint8Array> {
    let size = 0;
    for (;;) {
      const message = await this.#next('STREAM_STALLED');
      if (message === undefined) return;
      if (message.$case === 'start') throw new VouchError('START_REPEATED');
      if (message.value.byteLength > MOST_CHUNK_BYTES)
        throw new VouchError('CHUNK_TOO_LARGE', { field: 'data' });
      size += message.value.byteLength;
      if (size > this.#limits.maximumBytes) {
        throw new VouchError(this.#limits.tooLong ?? 'RECORDING_TOO_LONG', {
          field: 'data',
          metadata: { limitBytes: String(this.#limits.maximumBytes) },
        });
      }
      yield message.value;
    }
  }

  async #next(late: 'START_TIMEOUT' | 'STREAM_STALLED') {
    const next = await withTimeout(
      this.#messages.next(),
      Math.max(0, Math.min(this.#limits.messageTimeoutMs, this.#deadlineMs - performance.now())),
      () => new VouchError(late),
    );
    if (next.done) return undefined;
    if (!next.value.message) throw new VouchError('MESSAGE_MALFORMED');
    return next.value.message;
  }
}
