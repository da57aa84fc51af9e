import { join } from 'node:path';
import { DEFAULT_RECORDING_LIMITS } from './audio/index.js';
import type { Config } from './config.js';
import { createExtractor, type SpeechExtractor } from './embedding/index.js';
import { loggedFailure, type Logger } from './observability/index.js';
import { packageRoot } from './package-root.js';
import { Calibration } from './scoring/index.js';

/** Whether there is a worker left, told to the server once it is there. */
export class WorkerHealth {
  tell: (status: 'healthy' | 'unhealthy') => void = () => undefined;
}

/** Loads the models that the configured calibration can use, in threads of their own. Rejects with MODEL_INVALID. */
export async function openExtractor(
  config: Config,
  log: Logger,
  health: WorkerHealth,
): Promise<SpeechExtractor> {
  return createExtractor({
    modelsDir: modelsDir(config),
    precision: config.modelPrecision,
    workers: config.workers,
    recordingLimits: { ...DEFAULT_RECORDING_LIMITS, maxBytes: config.recordingBytes },
    // No other vectors are of any use.
    spaces: await Calibration.spacesOf(calibrationFile(config)),
    onWorkerFailure: ({ error, living, replacedInMs }) => {
      log.error({ ...loggedFailure(error), living, replacedInMs }, 'a worker thread died');
      if (living === 0) health.tell('unhealthy');
    },
    onWorkerReplaced: () => {
      log.info('a worker thread was replaced');
      health.tell('healthy');
    },
  });
}

/** Where the configured calibration is. */
export function calibrationFile(config: Config): string {
  return join(modelsDir(config), 'calibration', `${config.calibrationId}.json`);
}

function modelsDir(config: Config): string {
  return config.modelsDir === '' ? join(packageRoot(), 'models') : config.modelsDir;
}
