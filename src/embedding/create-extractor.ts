import type { RecordingLimits } from '../audio/index.js';
import type { SpeechExtractor } from './interface.js';
import { loadModels, type Precision } from './load-models.js';
import { PooledExtractor, type WorkerFailure } from './multithread/pool.js';
import { SingleThreadExtractor } from './single-thread.js';
import type { StageTimes } from './stage-times.js';

export interface ExtractorOptions {
  /** The folder of models.json. */
  readonly modelsDir: string;
  /** Which graph to use; `auto` is int8 where its reference check passes, else fp32. */
  readonly precision: Precision;
  /** The embedding spaces of each window; `campplus` and `ge2e` when not given. */
  readonly spaces?: readonly string[];
  /** Worker threads, one a core; 0 runs the models on the thread that calls. */
  readonly workers: number;
  /** What a recording may be at most; DEFAULT_RECORDING_LIMITS of the audio stage when not given. */
  readonly recordingLimits?: RecordingLimits;
  /** The module that worker threads start with; another one in tests. */
  readonly workerUrl?: URL;
  /** Told of every worker thread that died or hung. */
  readonly onWorkerFailure?: (failure: WorkerFailure) => void;
  /** Told when another one took its place, and how many there are with it. */
  readonly onWorkerReplaced?: (living: number) => void;
  /** Told about once a second, by each worker thread, where its time went. */
  readonly onStageTimes?: (times: StageTimes) => void;
}

/**
 * Loads and verifies the models, in every thread that will run them.
 * @throws VouchError MODEL_INVALID naming the model that is not what models.json says; FIELD_INVALID for no space.
 */
export async function createExtractor(options: ExtractorOptions): Promise<SpeechExtractor> {
  if (options.workers > 0) return PooledExtractor.create(options);
  const models = await loadModels(options.modelsDir, options.precision, options.spaces);
  return new SingleThreadExtractor(models, options.recordingLimits);
}
