import { join } from 'node:path';
import { DEFAULT_RECORDING_LIMITS } from './audio/index.js';
import type { Config } from './config.js';
import type { ModelInformation } from './domain/model.js';
import { createExtractor, readModelsManifest, type SpeechExtractor } from './embedding/index.js';
import { loggedFailure } from './observability/index.js';
import type { Observability } from './open-observability.js';
import { VouchError } from './errors.js';
import { packageRoot } from './package-root.js';
import { CalibrationFolders, type CalibrationLibrary } from './scoring/index.js';

/** Whether there is a worker left, told to the server once it is there. */
export class WorkerHealth {
  tell: (status: 'healthy' | 'unhealthy') => void = () => undefined;
}

/** The models that were loaded, and the calibrations that belong to them. */
export interface OpenedModels {
  readonly extractor: SpeechExtractor;
  readonly library: CalibrationLibrary;
  readonly information: ModelInformation;
}

/**
 * Loads the models that any calibration can use, in threads of their own, and the calibrations. Rejects with MODEL_INVALID,
 * CALIBRATION_INVALID where the configured one cannot be used.
 */
export async function openModels(
  config: Config,
  observability: Pick<Observability, 'log' | 'metrics'>,
  health: WorkerHealth,
  workerUrl?: URL,
): Promise<OpenedModels> {
  const { log } = observability;
  const folders = await CalibrationFolders.read(calibrationFolders(config));
  const { speakerEmbedding, speechActivity, countermeasure } = await readModelsManifest(modelsDir(config));
  const available = speakerEmbedding.map(({ space }) => space);
  // No other vectors are of any use.
  const spaces = folders.spaces(config.calibrationId, available);
  const extractor = await openExtractor(config, spaces, observability, health, workerUrl);
  try {
    const library = folders.library(config.calibrationId, extractor.spaces);
    for (const { file, why } of library.unusable) log.warn({ file, why }, 'a calibration cannot be used');
    const inUse = new Set(extractor.spaces.map(({ modelId }) => modelId));
    const others = [speechActivity, ...(countermeasure ? [countermeasure] : [])];
    const graphs = [
      ...speakerEmbedding,
      ...others.map((model) => ({ ...model, space: '', variant: '' })),
    ].map(({ id, file, sha256, task, space, variant }) => {
      return { id, file, sha256, task, space, precision: variant, inUse: inUse.has(id) || space === '' };
    });
    return { extractor, library, information: { spaces: extractor.spaces, graphs } };
  } catch (error) {
    await extractor.close();
    throw error;
  }
}

async function openExtractor(
  config: Config,
  spaces: readonly string[],
  { log, metrics }: Pick<Observability, 'log' | 'metrics'>,
  health: WorkerHealth,
  workerUrl?: URL,
): Promise<SpeechExtractor> {
  return createExtractor({
    modelsDir: modelsDir(config),
    precision: config.modelPrecision,
    workers: config.workers,
    recordingLimits: { ...DEFAULT_RECORDING_LIMITS, maxBytes: config.recordingBytes },
    spaces,
    ...(workerUrl && { workerUrl }),
    onWorkerFailure: ({ error, living, replacedInMs }) => {
      log.error({ ...loggedFailure(error), living, replacedInMs }, 'a worker thread died, or hung');
      // One that hangs was given up for that; one that dies says of what, if anything.
      metrics.workers.lost(error instanceof VouchError ? 'hung' : 'died', living);
      if (living === 0) health.tell('unhealthy');
    },
    onWorkerReplaced: (living) => {
      metrics.workers.replaced(living);
      log.info('a worker thread was replaced');
      health.tell('healthy');
    },
    onStageTimes: (times) => {
      metrics.workers.spent(times);
    },
  });
}

function calibrationFolders(config: Config): string[] {
  const own = config.calibrationsDir === '' ? [] : [config.calibrationsDir];
  return [join(modelsDir(config), 'calibration'), ...own];
}

function modelsDir(config: Config): string {
  return config.modelsDir === '' ? join(packageRoot(), 'models') : config.modelsDir;
}
