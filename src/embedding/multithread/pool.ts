import type { RecordingInput } from '../../audio/index.js';
import { findFormatProblem } from '../../audio/index.js';
import type { AudioFormat } from '../../domain/audio.js';
import type { EmbeddingSpace, RecordingSpeech } from '../../domain/speech.js';
import { VouchError } from '../../errors.js';
import type { SpeechExtractor, SpeechListener, SpeechStream, StreamOptions } from '../interface.js';
import type { WorkerOptions } from './messages.js';
import { WorkerHandle } from './worker-handle.js';

/** Bytes that a stream gathered are posted after this at the latest, ms. */
const FLUSH_EVERY_MS = 200;
/** How long after its death a worker is replaced, ms: one that dies at its start must not be started without end. */
const REPLACE_AFTER_MS = 250;

export interface PoolOptions extends WorkerOptions {
  /** Worker threads, at least 1. */
  readonly workers: number;
  /** The module that a thread starts with; another one in tests. */
  readonly workerUrl?: URL;
}

/** The extractor whose models run in worker threads, each stream pinned to the one with the fewest. */
export class PooledExtractor implements SpeechExtractor {
  readonly #live = new Set<WorkerHandle>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #flushTimer: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly options: PoolOptions,
    readonly spaces: readonly EmbeddingSpace[],
  ) {
    this.#flushTimer = setInterval(() => {
      for (const worker of this.#live) worker.flush();
    }, FLUSH_EVERY_MS).unref();
  }

  /**
   * Starts the workers; resolves when all of them have verified their models.
   * @throws VouchError MODEL_INVALID.
   */
  static async create(options: PoolOptions): Promise<PooledExtractor> {
    const first = startWorker(options);
    // The first worker tells which graph computes right here; the others use the same one.
    const { spaces, precision } = await first.ready.promise;
    const pool = new PooledExtractor({ ...options, precision }, spaces);
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
    worker.onDeath = () => {
      this.#live.delete(worker);
      if (!this.#closing) this.#replace();
    };
    return worker;
  }

  #replace(): void {
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#add(startWorker(this.options));
    }, REPLACE_AFTER_MS);
    this.#replacements.add(timer);
  }

  #leastLoaded(): WorkerHandle {
    if (this.#closing) throw new VouchError('SHUTTING_DOWN');
    let least: WorkerHandle | undefined;
    for (const worker of this.#live) if (!least || worker.load < least.load) least = worker;
    if (!least) throw new VouchError('WORKER_FAILED', { retryAfterMs: REPLACE_AFTER_MS });
    return least;
  }

  async #close(): Promise<void> {
    clearInterval(this.#flushTimer);
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
