import type { AudioFormat } from '../domain/audio.js';
import type { SpeechWindow } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import type { CallPipeline } from './call-pipeline.js';
import { Deferred } from './deferred.js';
import { pieceLength } from './input-queue.js';
import type { SpeechListener, SpeechStream, Urgency } from './interface.js';
import { COUNTERMEASURE } from './model-manifest.js';
import { toVouchError, type ScheduledStream, type SpeechScheduler } from './scheduler.js';

/** How much audio may wait in a stream before `push` holds its caller back, ms. */
export const MAX_QUEUED_MS = 2000;
/** Progress is told after this much audio, and at the end, ms. */
const PROGRESS_MS = 500;

/** The bytes that MAX_QUEUED_MS of a format have: 10 pieces of 200 ms. */
export function maxQueuedBytes(format: AudioFormat): number {
  return (pieceLength(format) * MAX_QUEUED_MS) / 200;
}

/** @throws VouchError FIELD_INVALID unless `value` is a finite number from 0 on. */
export function checkNotNegative(value: number, field: string): void {
  if (!(value >= 0 && value < Infinity)) throw new VouchError('FIELD_INVALID', { field });
}

/** @throws VouchError FIELD_INVALID unless `spaces` are some of `known` or COUNTERMEASURE, at least one. */
export function checkSpaces(spaces: readonly string[], known: readonly string[]): void {
  const valid =
    spaces.length > 0 && spaces.every((space) => space === COUNTERMEASURE || known.includes(space));
  if (!valid) throw new VouchError('FIELD_INVALID', { field: 'spaces' });
}

/** A listener that also wants to know, for its flow control, how many bytes still wait. */
export interface LocalListener extends SpeechListener {
  onQueuedBytes?(queuedBytes: number): void;
}

/** A stream whose models run on this thread. */
export class LocalStream implements SpeechStream, ScheduledStream {
  readonly #maxQueuedBytes: number;
  /** Calls of `push` that are held back, and the one of `finish`. */
  #pushes: Deferred[] = [];
  #finish: Deferred | undefined;
  #toldMs = 0;
  #urgency: Urgency = 'URGENT';
  #open = true;
  #failure: VouchError | undefined;

  constructor(
    readonly pipeline: CallPipeline,
    format: AudioFormat,
    private readonly scheduler: SpeechScheduler,
    private readonly listener: LocalListener,
    private readonly onClosed: (stream: LocalStream) => void,
  ) {
    this.#maxQueuedBytes = maxQueuedBytes(format);
  }

  push(bytes: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#open) return Promise.resolve();
    this.pipeline.enqueue({ kind: 'audio', audio: bytes });
    this.scheduler.wake(this);
    if (this.pipeline.queuedBytes <= this.#maxQueuedBytes) return Promise.resolve();
    const held = new Deferred();
    this.#pushes.push(held);
    return held.promise;
  }

  gap(ms: number): void {
    checkNotNegative(ms, 'ms');
    if (!this.#open) return;
    this.pipeline.enqueue({ kind: 'gap', ms });
    this.scheduler.wake(this);
  }

  compute(spaces: readonly string[]): void {
    checkSpaces(spaces, this.pipeline.spaces);
    if (!this.#open) return;
    this.pipeline.enqueue({ kind: 'compute', spaces: [...spaces] });
    this.scheduler.wake(this);
  }

  get urgency(): Urgency {
    return this.#urgency;
  }

  setUrgency(urgency: Urgency): void {
    this.#urgency = urgency;
  }

  skip(byteCount: number): void {
    checkNotNegative(byteCount, 'byteCount');
    if (!this.#open) return;
    this.pipeline.enqueue({ kind: 'skip', byteCount });
    this.scheduler.wake(this);
  }

  /** @param delivered see CallPipeline.discard. */
  discard(delivered?: { readonly windows: number; readonly netSpeechMs: number }): void {
    if (!this.#open) return;
    this.pipeline.discard(delivered);
    this.#release();
    this.scheduler.wake(this);
  }

  finish(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#open) return Promise.resolve();
    if (this.#finish) return this.#finish.promise;
    this.#finish = new Deferred();
    this.pipeline.enqueue({ kind: 'finish' });
    this.scheduler.wake(this);
    return this.#finish.promise;
  }

  close(): void {
    if (!this.#open) return;
    this.#end();
    for (const waiter of this.#waiters()) waiter.resolve();
  }

  /** Ends the stream with an error that its listener is told. */
  fail(error: VouchError): void {
    if (!this.#open) return;
    this.#end();
    this.#failure = error;
    for (const waiter of this.#waiters()) waiter.reject(error);
    this.listener.onFailure(error, []);
  }

  onWindow(window: SpeechWindow): void {
    this.listener.onWindow(window);
  }

  onTurn(): void {
    this.#release();
    const { finished, audioMs } = this.pipeline;
    const unsaid = audioMs - this.#toldMs;
    if (finished || unsaid >= PROGRESS_MS) {
      this.#toldMs = audioMs;
      this.listener.onProgress(this.pipeline.progress());
    }
    // The listener may have closed the stream.
    if (finished && this.#open) this.#finished();
  }

  onFailure(error: VouchError): void {
    this.fail(toVouchError(error));
  }

  #finished(): void {
    const waiter = this.#finish;
    this.#end();
    if (this.pipeline.incomplete) waiter?.reject(this.pipeline.incomplete);
    else waiter?.resolve();
  }

  /** Lets those push who were held back, once there is room. */
  #release(): void {
    this.listener.onQueuedBytes?.(this.pipeline.queuedBytes);
    if (this.pipeline.queuedBytes > this.#maxQueuedBytes) return;
    for (const waiter of this.#pushes.splice(0)) waiter.resolve();
  }

  #end(): void {
    this.#open = false;
    this.scheduler.remove(this);
    this.pipeline.discard();
    this.onClosed(this);
  }

  #waiters(): Deferred[] {
    const waiters = this.#pushes.splice(0);
    return this.#finish ? [...waiters, this.#finish] : waiters;
  }
}
