import { parentPort, workerData } from 'node:worker_threads';
import { loadModels } from '../../embedding/index.js';
import { loadNoise, type NoiseBank } from '../conditions/index.js';
import { embedSession } from './embed-session.js';
import { embedSplices } from './embed-splices.js';
import type { EmbeddingJob, EmbeddingOptions } from './types.js';

/** Answers each job with null when it is in the cache, or with what went wrong. */
const options = workerData as EmbeddingOptions;
const models = loadModels(options.modelsDir, options.precision);
let bank: Promise<NoiseBank> | undefined;
const loadBank = (): Promise<NoiseBank> => (bank ??= loadNoise(options.noiseDir));

parentPort?.on('message', (job: EmbeddingJob) => {
  void models
    .then((loaded) =>
      job.kind === 'session'
        ? embedSession(loaded, loadBank, options, job)
        : embedSplices(loaded, loadBank, options, job),
    )
    .then(
      () => parentPort?.postMessage(null),
      (error: unknown) => parentPort?.postMessage(error instanceof Error ? error.message : 'failed'),
    );
});
