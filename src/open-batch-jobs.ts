import type { Config } from './config.js';
import type { ConsentGate } from './consent/index.js';
import type { Keyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import type { SpeechExtractor } from './embedding/index.js';
import { ENROLMENT_TASK, EnrolmentJobs, JobRows } from './enrolment/index.js';
import type { Observability } from './open-observability.js';
import { type CallCalibrations, EnrolmentLanes, EnrolmentRows, ImportFolder } from './session/index.js';
import { JobRunner, type Database, type Task } from './storage/index.js';
import type { Policies } from './tenant/index.js';

/** How large a manifest may be, bytes: some three million rows. */
const MOST_MANIFEST_BYTES = 1 << 29;

/** How long a manifest may take to arrive, ms. */
const MOST_MANIFEST_MS = 3_600_000;

/** What batch jobs are made of. */
interface BatchJobsParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly gate: ConsentGate;
  readonly policies: Policies;
  readonly extractor: SpeechExtractor;
  readonly calibrations: CallCalibrations;
  readonly observability: Pick<Observability, 'failed' | 'metrics'>;
  readonly replicaId: string;
}

/** Enrolment in batches, as configured. */
export interface BatchJobs {
  readonly enrolmentJobs: EnrolmentJobs;
  /** Null where there is no folder to import from: no manifest is taken then. */
  readonly manifestLimits: {
    readonly maximumBytes: number;
    readonly messageTimeoutMs: number;
    readonly totalTimeoutMs: number;
    readonly tooLong: 'MANIFEST_INVALID';
  } | null;
  /** Lets this process take work; the replica must give its beats by then. Returns what stops it. */
  readonly start: () => () => Promise<void>;
}

/** Puts batch jobs together. Without a folder to import from, this process works on none. */
export function openBatchJobs(config: Config, parts: BatchJobsParts): BatchJobs {
  const { database, keyring, clock, observability, replicaId } = parts;
  const imports = config.importDir !== '';
  const tasks = imports ? { [ENROLMENT_TASK]: enrolmentTask(config, parts) } : {};
  const onFailure = observability.failed('jobs', 'background work failed; it is tried again');
  return {
    enrolmentJobs: new EnrolmentJobs(database, keyring, clock),
    manifestLimits: imports
      ? {
          maximumBytes: MOST_MANIFEST_BYTES,
          messageTimeoutMs: config.stallTimeoutMs,
          totalTimeoutMs: MOST_MANIFEST_MS,
          tooLong: 'MANIFEST_INVALID',
        }
      : null,
    start: () => {
      if (!imports) return () => Promise.resolve();
      const runner = JobRunner.start({ database, replicaId, tasks, onFailure });
      return () => runner.stop();
    },
  };
}

function enrolmentTask({ importDir, importAtOnce, recordingBytes }: Config, parts: BatchJobsParts): Task {
  const { database, keyring, clock, gate, policies, extractor, calibrations, observability } = parts;
  const rows = new JobRows(database, keyring, gate, clock);
  const folder = new ImportFolder(importDir, recordingBytes);
  const lanes = new EnrolmentLanes({
    rows,
    worker: new EnrolmentRows({ rows, folder, gate, policies, extractor, calibrations }),
    atOnce: importAtOnce,
    onFailure: observability.failed('jobs', 'a row of a batch job failed; it is tried again'),
  });
  return observability.metrics.background.counted((payload, signal) => lanes.turn(payload, signal));
}
