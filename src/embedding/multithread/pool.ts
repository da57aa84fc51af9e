import type { RecordingInput } from '../../audio/index.js';
import { findFormatProblem } from '../../audio/index.js';
import type { AudioFormat } from '../../domain/audio.js';
import type { Countermeasure, EmbeddingSpace, RecordingSpeech } from '../../domain/speech.js';
import { VouchError } from '../../errors.js';
import type { SpeechExtractor, SpeechListener, SpeechStream, StreamOptions } from '../interface.js';
import type { StageTimes } from '../stage-times.js';
import type { WorkerOptions } from './messages.js';
import { BEAT_EVERY_MS, WorkerHandle } from './worker-handle.js';

/** How often the bytes that the streams gathered are posted, ms: what a decision waits for at most before its audio is seen. */
const FLUSH_EVERY_MS = 100;
/** How long after its death a worker is replaced, ms; twice as long each time until one lives again. */
const REPLACE_AFTER_MS = 250;
const REPLACE_AFTER_AT_MOST_MS = 30_000;

/** A worker thread that died, though nobody stopped it, or that hung. */
export interface WorkerFailure {
  /** What it died of, or that it did not answer any more; undefined where it just ended. */
  readonly error: unknown;
  /** Workers that can still take something. */
  readonly living: number;
  /** When it is replaced, ms from now. */
  readonly replacedInMs: number;
}

export interface PoolOptions extends WorkerOptions {
  /** Worker threads, at least 1. */
  readonly workers: number;
  /** The module that a thread starts with; another one in tests. */
  readonly workerUrl?: URL;
  /** Told of every death. */
  readonly onWorkerFailure?: ((failure: WorkerFailure) => void) | undefined;
  /** Told when a replacement is there, and how many there are with it. */
  readonly onWorkerReplaced?: ((living: number) => void) | undefined;
  /** Told about once a second, by each worker, where its time went. */
  readonly onStageTimes?: ((times: StageTimes) => void) | undefined;
}

/** The extractor whose models run in worker threads, each stream pinned to the one with the fewest. */
export class PooledExtractor implements SpeechExtractor {
  readonly #live = new Set<WorkerHandle>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #flushTimer: NodeJS.Timeout;
  readonly #beatTimer: NodeJS.Timeout;
  #closing: Promise<void> | undefined;
  #replaceAfterMs = REPLACE_AFTER_MS;

  private constructor(
    private readonly options: PoolOptions,
    readonly spaces: readonly EmbeddingSpace[],
    readonly countermeasure: Countermeasure | undefined,
  ) {
    this.#flushTimer = setInterval(() => {
      for (const worker of this.#live) worker.flush();
    }, FLUSH_EVERY_MS).unref();
    this.#beatTimer = setInterval(() => {
      for (const worker of [...this.#live]) worker.beat();
    }, BEAT_EVERY_MS).unref();
  }

  /**
   * Starts the workers; resolves when all of them have verified their models.
   * @throws VouchError MODEL_INVALID.
   */
  static async create(options: PoolOptions): Promise<PooledExtractor> {
    const first = startWorker(options);
    // The first worker tells which graph computes right here; the others use the same one.
    const { spaces, countermeasure, precision } = await first.ready.promise;
    const pool = new PooledExtractor({ ...options, precision }, spaces, countermeasure);
    pool.#add(first);
    try {
      await Promise.all(
        Array.from({ length: options.workers - 1 }, () => pool.#add(startWorker(pool.options)).ready.promise),
      );
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get lagMs(): number {
    let lagMs = Infinity;
    for (const worker of this.#live) lagMs = Math.min(lagMs, worker.lagMs);
    // Without any worker calls are refused for that.
    return lagMs === Infinity ? 0 : lagMs;
  }

  open(format: AudioFormat, listener: SpeechListener, { startMs = 0 }: StreamOptions = {}): SpeechStream {
    const problem = findFormatProblem(format);
    if (problem) throw new VouchError(problem.reason, { field: problem.field });
    return this.#leastLoaded().open(format, listener, startMs);
  }

  async analyseRecording(recording: RecordingInput, signal?: AbortSignal): Promise<RecordingSpeech> {
    return this.#leastLoaded().analyse(recording, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #add(worker: WorkerHandle): WorkerHandle {
    this.#live.add(worker);
    worker.onDeath = (error) => {
      this.#live.delete(worker);
      if (!this.#closing) this.#replace(error);
    };
    worker.onStageTimes = (times) => this.options.onStageTimes?.(times);
    return worker;
  }

  #replace(error: unknown): void {
    const replacedInMs = this.#replaceAfterMs;
    this.#replaceAfterMs = Math.min(2 * replacedInMs, REPLACE_AFTER_AT_MOST_MS);
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      void this.#start();
    }, replacedInMs);
    this.#replacements.add(timer);
    this.options.onWorkerFailure?.({ error, living: this.#live.size, replacedInMs });
  }

  async #start(): Promise<void> {
    const worker = this.#add(startWorker(this.options));
    try {
      await worker.ready.promise;
    } catch {
      return; // It died: onDeath was told, or is about to be.
    }
    this.#replaceAfterMs = REPLACE_AFTER_MS;
    this.options.onWorkerReplaced?.(this.#live.size);
  }

  #leastLoaded(): WorkerHandle {
    if (this.#closing) throw new VouchError('SHUTTING_DOWN');
    let least: WorkerHandle | undefined;
    for (const worker of this.#live) if (!least || worker.load < least.load) least = worker;
    if (!least) throw new VouchError('WORKER_FAILED', { retryAfterMs: this.#replaceAfterMs });
    return least;
  }

  async #close(): Promise<void> {
    clearInterval(this.#flushTimer);
    clearInterval(this.#beatTimer);
    for (const timer of this.#replacements) clearTimeout(timer);
    await Promise.all([...this.#live].map((worker) => worker.stop()));
  }
}

function startWorker({
  workerUrl,
  modelsDir,
  precision,
  spaces,
  recordingLimits,
}: PoolOptions): WorkerHandle {
  const url = workerUrl ?? new URL('./worker.js', import.meta.url);
  return new WorkerHandle(url, {
    modelsDir,
    precision,
    ...(spaces && { spaces }),
    ...(recordingLimits && { recordingLimits }),
  });
}
