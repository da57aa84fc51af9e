import type { AudioFormat } from '../../domain/audio.js';
import type { VouchError } from '../../errors.js';
import { Deferred } from '../deferred.js';
import { pieceLength } from '../input-queue.js';
import type { SpeechListener, SpeechStream, Urgency } from '../interface.js';
import { checkNotNegative, checkSpaces, maxQueuedBytes } from '../local-stream.js';
import { errorFromMessage, type StreamEvent, type ToWorker } from './messages.js';
import { UnreadBytes } from './unread-bytes.js';

/** What a stream needs of the worker that it is pinned to. */
export interface StreamHost {
  /** Ids of the spaces that the worker embeds in. */
  readonly spaces: readonly string[];
  post(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  /** All bytes that wait in this worker, of all its streams; each stream adds and takes its own. */
  addQueuedBytes(bytes: number): void;
  /** Whether the worker as a whole has room. */
  hasRoom(): boolean;
  /** The stream holds a caller back, or no longer exists. */
  onHeld(stream: PooledStream): void;
  onClosed(stream: PooledStream): void;
}

/**
 * The main thread's end of a stream. It gathers bytes until the pool posts those of all streams together, so that their
 * frames meet in the worker and go through speech activity in one run; of a fast sender, until they last 200 ms.
 */
export class PooledStream implements SpeechStream {
  readonly #pieceBytes: number;
  readonly #maxQueuedBytes: number;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #gatheredSkip = 0;
  /** Bytes posted, and taken by the pipeline, since the stream began. */
  #postedBytes = 0;
  #takenBytes = 0;
  readonly #unread = new UnreadBytes();
  #pushes: Deferred[] = [];
  #finishing: Deferred | undefined;
  #epoch = 0;
  #windows = 0;
  #netSpeechMs = 0;
  #open = true;
  #failure: VouchError | undefined;

  constructor(
    readonly id: number,
    format: AudioFormat,
    startMs: number,
    private readonly host: StreamHost,
    private readonly listener: SpeechListener,
  ) {
    this.#pieceBytes = pieceLength(format);
    this.#maxQueuedBytes = maxQueuedBytes(format);
    host.post({ kind: 'open', stream: id, format, startMs });
  }

  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#open) return undefined;
    if (this.#gatheredSkip > 0) this.flush();
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= this.#pieceBytes) this.flush();
    if (this.#hasRoom()) return undefined;
    const held = new Deferred();
    this.#pushes.push(held);
    this.host.onHeld(this);
    return held.promise;
  }

  gap(ms: number): void {
    checkNotNegative(ms, 'ms');
    if (!this.#open) return;
    this.flush();
    this.#unread.clear();
    this.host.post({ kind: 'gap', stream: this.id, ms });
  }

  compute(spaces: readonly string[]): void {
    checkSpaces(spaces, this.host.spaces);
    if (!this.#open) return;
    this.flush();
    this.host.post({ kind: 'compute', stream: this.id, spaces: [...spaces] });
  }

  skip(byteCount: number): void {
    checkNotNegative(byteCount, 'byteCount');
    if (!this.#open) return;
    if (this.#gatheredBytes > 0) this.flush();
    this.#unread.clear();
    this.#gatheredSkip += byteCount;
  }

  setUrgency(urgency: Urgency): void {
    if (this.#open) this.host.post({ kind: 'urgency', stream: this.id, urgency });
  }

  discard(): void {
    if (!this.#open) return;
    // What was gathered counts for the clock, and is never looked at.
    const byteCount = this.#gatheredBytes + this.#gatheredSkip;
    this.#clearGathered();
    this.#unread.clear();
    const delivered = { windows: this.#windows, netSpeechMs: this.#netSpeechMs };
    this.host.post({ kind: 'discard', stream: this.id, epoch: ++this.#epoch, delivered });
    if (byteCount > 0) this.host.post({ kind: 'skip', stream: this.id, byteCount });
  }

  finish(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#open) return Promise.resolve();
    if (this.#finishing) return this.#finishing.promise;
    this.#finishing = new Deferred();
    this.flush();
    this.host.post({ kind: 'finish', stream: this.id });
    return this.#finishing.promise;
  }

  close(): void {
    if (!this.#open) return;
    this.host.post({ kind: 'close', stream: this.id });
    this.#end();
    for (const waiter of this.#waiters()) waiter.resolve();
  }

  /** The stream is lost; the worker needs not be told. */
  fail(error: VouchError): void {
    if (!this.#open) return;
    const unread = [...this.#unread.take(this.#takenBytes), ...this.#gathered];
    this.#end();
    this.#failure = error;
    for (const waiter of this.#waiters()) waiter.reject(error);
    this.listener.onFailure(error, unread);
  }

  /** Posts what was gathered. */
  flush(): void {
    this.flushSkip();
    if (this.#gatheredBytes === 0) return;
    const bytes = new Uint8Array(this.#gatheredBytes);
    const pieces = Uint32Array.of(this.id, bytes.length);
    this.writeGathered(bytes, 0);
    this.host.post({ kind: 'audio', pieces, bytes }, [bytes.buffer]);
  }

  /** Posts what was skipped; bytes and skips never wait together. */
  flushSkip(): void {
    const byteCount = this.#gatheredSkip;
    this.#gatheredSkip = 0;
    if (byteCount > 0) this.host.post({ kind: 'skip', stream: this.id, byteCount });
  }

  /** Bytes that wait to be posted. */
  get gatheredBytes(): number {
    return this.#gatheredBytes;
  }

  /** Writes what was gathered to `target`, from `at` on, for a message that is posted at once. */
  writeGathered(target: Uint8Array, at: number): void {
    for (const piece of this.#gathered) {
      target.set(piece, at);
      at += piece.length;
    }
    this.#unread.add(this.#gathered, this.#postedBytes);
    this.#postedBytes += this.#gatheredBytes;
    this.host.addQueuedBytes(this.#gatheredBytes);
    this.#clearGathered();
  }

  /** The worker has taken so many bytes from the queue since the stream began. */
  taken(bytes: number): void {
    this.host.addQueuedBytes(this.#takenBytes - bytes);
    this.#takenBytes = bytes;
    this.#unread.drop(bytes);
    this.release();
  }

  /** Takes what the worker tells of this stream. */
  receive(event: StreamEvent): void {
    if (event.kind === 'failed') {
      this.fail(errorFromMessage(event.error));
    } else if (event.kind === 'finished') {
      this.#end();
      if (event.error) this.#finishing?.reject(errorFromMessage(event.error));
      else this.#finishing?.resolve();
    } else if (event.epoch === this.#epoch) {
      // Anything else was told before the worker knew of a discard.
      this.#deliver(event);
    }
  }

  /** Lets those push who were held back, if there is room. */
  release(): void {
    if (!this.#hasRoom()) return;
    for (const held of this.#pushes.splice(0)) held.resolve();
  }

  /** Whether `push` holds a caller back. */
  get isHolding(): boolean {
    return this.#pushes.length > 0;
  }

  #deliver(event: Extract<StreamEvent, { kind: 'window' | 'progress' }>): void {
    if (event.kind === 'progress') {
      this.listener.onProgress(event.progress);
      return;
    }
    this.#windows++;
    this.#netSpeechMs += event.window.netSpeechMs;
    this.listener.onWindow(event.window);
  }

  #hasRoom(): boolean {
    return this.#postedBytes - this.#takenBytes <= this.#maxQueuedBytes && this.host.hasRoom();
  }

  #clearGathered(): void {
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#gatheredSkip = 0;
  }

  #end(): void {
    this.#open = false;
    this.#clearGathered();
    this.#unread.clear();
    this.host.addQueuedBytes(this.#takenBytes - this.#postedBytes);
    this.#takenBytes = this.#postedBytes;
    this.host.onClosed(this);
  }

  #waiters(): Deferred[] {
    const waiters = this.#pushes.splice(0);
    return this.#finishing ? [...waiters, this.#finishing] : waiters;
  }
}
