import { Worker } from 'node:worker_threads';
import type { RecordingInput } from '../../audio/index.js';
import type { AudioFormat } from '../../domain/audio.js';
import type { RecordingSpeech } from '../../domain/speech.js';
import { VouchError } from '../../errors.js';
import { Deferred } from '../deferred.js';
import type { SpeechListener } from '../interface.js';
import { DEFAULT_SPACES } from '../load-models.js';
import type { StageTimes } from '../stage-times.js';
import {
  errorFromMessage,
  type FromWorker,
  type RecordingEvent,
  type StreamEvent,
  type ToWorker,
  type WorkerOptions,
} from './messages.js';
import { PooledStream, type StreamHost } from './pooled-stream.js';

/** Bytes that may wait in one worker, over all its streams: 2 s of some thousand calls at 8 kHz. */
const MAX_QUEUED_BYTES = 32 * 2 ** 20;
/** How often a worker has to give a sign of life, ms. */
export const BEAT_EVERY_MS = 1000;
/** A worker that owes this many beats hangs: it runs no model that takes a tenth of one. */
const MOST_BEATS_OWED = 5;
/** While it loads and verifies its models. */
const MOST_BEATS_TO_START = 120;
/** A worker that was told to stop and still runs after this is terminated. */
const STOP_WITHIN_MS = 10_000;

/** The main thread's end of one worker thread: its streams and recordings, and its death. */
export class WorkerHandle implements StreamHost {
  /** What the worker said once its models were verified. Rejects with MODEL_INVALID or WORKER_FAILED. */
  readonly ready = new Deferred<Extract<FromWorker, { kind: 'ready' }>>();
  /** Ids of the spaces that it embeds in. */
  readonly spaces: readonly string[];
  readonly #worker: Worker;
  readonly #streams = new Map<number, PooledStream>();
  readonly #recordings = new Map<number, Deferred<RecordingSpeech>>();
  /** Streams that hold a caller back. */
  readonly #holding = new Set<PooledStream>();
  readonly #exited = new Deferred();
  #queuedBytes = 0;
  #nextId = 0;
  #stopping = false;
  #isReady = false;
  #beatsOwed = 0;
  #lagMs = 0;
  #gone = false;

  /** Called when the thread ended though nobody stopped it, with what it died of; all its streams were told. */
  onDeath: (error: unknown) => void = () => undefined;
  /** Called with what its stages took, with every sign of life. */
  onStageTimes: (times: StageTimes) => void = () => undefined;
  #error: unknown;

  /** @param url the module that the thread starts with. */
  constructor(url: URL, options: WorkerOptions) {
    this.spaces = options.spaces ?? DEFAULT_SPACES;
    this.ready.promise.catch(() => undefined);
    this.#worker = new Worker(url, { workerData: options, name: 'vouch-speech' });
    this.#worker.on('message', (message: FromWorker) => {
      this.#receive(message);
    });
    // An error is followed by the exit, where everything is dealt with.
    this.#worker.on('error', (error) => {
      this.#error = error;
    });
    this.#worker.on('exit', () => {
      this.#onExit();
    });
  }

  /** Live streams and recordings: what a new one is weighed against. */
  get load(): number {
    return this.#streams.size + this.#recordings.size;
  }

  /** As SpeechExtractor says; one that does not even answer is late by that. */
  get lagMs(): number {
    return Math.max(this.#lagMs, (this.#beatsOwed - 1) * BEAT_EVERY_MS);
  }

  open(format: AudioFormat, listener: SpeechListener, startMs: number): PooledStream {
    const stream = new PooledStream(this.#nextId++, format, startMs, this, listener);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  async analyse(input: RecordingInput, signal: AbortSignal | undefined): Promise<RecordingSpeech> {
    signal?.throwIfAborted();
    const recording = this.#nextId++;
    const result = new Deferred<RecordingSpeech>();
    const abort = (): void => {
      this.post({ kind: 'abort', recording });
      result.reject(signal?.reason);
    };
    this.#recordings.set(recording, result);
    signal?.addEventListener('abort', abort, { once: true });
    const { buffer, byteLength } = input.bytes;
    // A view into something larger is copied: the rest is not ours to give away.
    const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    this.post({ kind: 'analyse', recording, input }, whole ? [buffer] : []);
    try {
      return await result.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#recordings.delete(recording);
    }
  }

  /**
   * Asks for a sign of life; to be called at even intervals. A worker that gives none any more is as good as dead. Beats are
   * counted and not time, since the process itself may have been stopped.
   */
  beat(): void {
    if (this.#stopping) return;
    if (this.#beatsOwed >= (this.#isReady ? MOST_BEATS_OWED : MOST_BEATS_TO_START)) {
      this.#error = new VouchError('WORKER_FAILED', { message: 'A worker thread does not answer.' });
      // A thread that is stuck within a model may never end: nothing waits for it.
      void this.#worker.terminate();
      this.#onExit();
      return;
    }
    this.#beatsOwed++;
    if (this.#isReady) this.post({ kind: 'ping' });
  }

  /** Posts what the streams have gathered, in one message. */
  flush(): void {
    const streams: PooledStream[] = [];
    let length = 0;
    for (const stream of this.#streams.values()) {
      stream.flushSkip();
      if (stream.gatheredBytes === 0) continue;
      streams.push(stream);
      length += stream.gatheredBytes;
    }
    if (length === 0) return;
    const bytes = new Uint8Array(length);
    const pieces = new Uint32Array(2 * streams.length);
    let at = 0;
    streams.forEach((stream, i) => {
      const { id, gatheredBytes } = stream;
      pieces[2 * i] = id;
      pieces[2 * i + 1] = gatheredBytes;
      stream.writeGathered(bytes, at);
      at += gatheredBytes;
    });
    this.post({ kind: 'audio', pieces, bytes }, [bytes.buffer]);
  }

  /** Cuts off every stream and recording, and resolves when the thread is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const stream of [...this.#streams.values()]) stream.close();
    for (const recording of this.#recordings.values()) recording.reject(new VouchError('SHUTTING_DOWN'));
    this.post({ kind: 'shutdown' });
    const deadline = setTimeout(() => void this.#worker.terminate(), STOP_WITHIN_MS);
    await this.#exited.promise;
    clearTimeout(deadline);
  }

  post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  addQueuedBytes(bytes: number): void {
    const hadRoom = this.hasRoom();
    this.#queuedBytes += bytes;
    if (hadRoom || !this.hasRoom()) return;
    for (const stream of this.#holding) {
      stream.release();
      if (!stream.isHolding) this.#holding.delete(stream);
    }
  }

  hasRoom(): boolean {
    return this.#queuedBytes <= MAX_QUEUED_BYTES;
  }

  onHeld(stream: PooledStream): void {
    this.#holding.add(stream);
  }

  onClosed(stream: PooledStream): void {
    this.#streams.delete(stream.id);
    this.#holding.delete(stream);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'ready') this.#started(message);
    else if (message.kind === 'pong') this.#answered(message);
    else if (message.kind === 'unusable') this.ready.reject(errorFromMessage(message.error));
    else this.#onEvents(message);
  }

  #onEvents({ taken, events }: Extract<FromWorker, { kind: 'events' }>): void {
    for (let i = 0; i < taken.length; i += 2) this.#streams.get(taken[i]!)?.taken(taken[i + 1]!);
    for (const event of events) this.#onEvent(event);
  }

  #answered({ lagMs, stages }: Extract<FromWorker, { kind: 'pong' }>): void {
    this.#beatsOwed = 0;
    this.#lagMs = lagMs;
    this.onStageTimes(stages);
  }

  #started(message: Extract<FromWorker, { kind: 'ready' }>): void {
    this.#isReady = true;
    this.#beatsOwed = 0;
    this.ready.resolve(message);
  }

  #onEvent(event: StreamEvent | RecordingEvent): void {
    // Whoever closed or aborted gets nothing more.
    if ('stream' in event) this.#streams.get(event.stream)?.receive(event);
    else if (event.kind === 'analysed') this.#recordings.get(event.recording)?.resolve(event.speech);
    else this.#recordings.get(event.recording)?.reject(errorFromMessage(event.error));
  }

  #onExit(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#exited.resolve();
    const failed = new VouchError('WORKER_FAILED');
    this.ready.reject(failed);
    for (const stream of [...this.#streams.values()]) stream.fail(failed);
    for (const recording of this.#recordings.values()) recording.reject(failed);
    if (!this.#stopping) this.onDeath(this.#error);
  }
}
