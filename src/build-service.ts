import { AuditOffice } from './audit/index.js';
import type { Config } from './config.js';
import { ConsentGate, Consents } from './consent/index.js';
import { openKeyring } from './crypto/index.js';
import { ensureDevelopmentTenant } from './development-tenant.js';
import type { Clock } from './domain/clock.js';
import type { Logger } from './observability/index.js';
import { openBatchJobs, type BatchJobs } from './open-batch-jobs.js';
import { openCalls } from './open-calls.js';
import { openDatabase } from './open-database.js';
import { openEnrolment } from './open-enrolment.js';
import { openKeys } from './open-keys.js';
import { openModels, WorkerHealth } from './open-extractor.js';
import { openObservability, stateOf, type Observability } from './open-observability.js';
import { openPeoplesRights } from './open-rights.js';
import { Activities, CallLists, Installation } from './operations/index.js';
import { release } from './package-root.js';
import { openAccess } from './open-access.js';
import { openChain } from './open-chain.js';
import { checkAddresses, openServers, type Servers } from './open-servers.js';
import {
  Attempts,
  CallCalibrations,
  openDossiers,
  Recordings,
  RecordingStore,
  type Calls,
  type ControlPoller,
  type Janitor,
} from './session/index.js';
import { CalibrationAssignments, CalibrationRows, Policies, Tenants } from './tenant/index.js';
import type { TransportParts } from './transport/index.js';

/** How long an upload may take at most, ms. */
const MOST_UPLOAD_MS = 300_000;

/** Parts that a test may bring along. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** The module that worker threads start with. */
  readonly workerUrl?: URL;
}

/** Ends something that was started. */
export type Stop = () => Promise<void>;

/** What the service is started and stopped with. */
export interface ServiceParts {
  readonly config: Config;
  readonly observability: Observability;
  readonly tenants: Tenants;
  readonly servers: Servers;
  readonly calls: Calls;
  readonly poller: ControlPoller;
  readonly janitor: Janitor;
  readonly jobs: BatchJobs;
  readonly stops: Stop[];
}

/**
 * Wires everything together: the only place.
 *
 * @param stops where everything that was started says how it is stopped, in the opposite order; also when this throws
 */
export async function buildService(
  config: Config,
  brought: ServiceOverrides,
  stops: Stop[],
): Promise<ServiceParts> {
  checkAddresses(config);
  const clock = brought.clock ?? { now: () => new Date() };
  const observability = await openObservability(config, brought.log);
  stops.push(() => observability.close());
  const { log, metrics, failed } = observability;
  const health = new WorkerHealth();
  const {
    extractor,
    library,
    information: models,
  } = await openModels(config, observability, health, brought.workerUrl);
  stops.push(() => extractor.close());
  const { database, embedded, close } = await openDatabase(config, observability);
  stops.push(close);
  if (embedded) {
    const { directory, closedDirectory } = embedded;
    log.info({ directory, closedDirectory }, 'embedded PostgreSQL started');
  }
  const keyring = await openKeyring(config.keyring);
  const tenants = new Tenants(database, keyring, clock);
  await tenants.verifyKeys();
  await ensureDevelopmentTenant(config, tenants);
  const access = await openAccess(config, { database, keyring, tenants, clock, log, stops });
  const policies = new Policies(database, keyring, clock);
  const assignments = new CalibrationAssignments(database, keyring, clock);
  const calibrations = new CallCalibrations(library, assignments);
  await calibrations.verify();
  const gate = new ConsentGate(database, keyring, clock, observability.onDenied);
  const enrolment = openEnrolment(database, keyring, gate, clock);
  const { partial, fingerprints } = enrolment;
  const attempts = new Attempts(database, keyring, clock, {
    ofSpeaker: config.maximumAttempts,
    fromSource: config.maximumSourceAttempts,
  });
  const openDossier = openDossiers(
    {
      gate,
      ...enrolment,
      attempts,
      onFailure: failed('calls', 'a fingerprint could not be read: calls are not held against it'),
    },
    extractor.spaces,
  );
  const { calls, commands, control, overrides, poller, janitor, replicaId } = openCalls(
    config,
    {
      database,
      keyring,
      gate,
      policies,
      extractor,
      calibrations,
      openDossier,
      clock,
      partial,
      fingerprints,
      observability,
    },
    stops,
  );
  const recordings = new Recordings({
    extractor,
    calibrations,
    policies,
    openDossier,
    store: new RecordingStore(database, keyring, replicaId),
    voiceprints: enrolment.voiceprints,
    clock,
    onDecision: observability.onRecordingDecision,
    maximumAtOnce: config.maximumRecordings,
  });
  const open = { database, keyring, clock, gate, policies, extractor, calibrations };
  const jobs = openBatchJobs(config, { ...open, observability, replicaId });
  const keys = openKeys(database, keyring, clock, observability, stops);
  metrics.watch(stateOf(config, { calls, extractor, database, keyKeeper: keys.keyKeeper, tls: access.tls }));
  const transport: TransportParts = {
    calls,
    commands,
    control,
    poller,
    recordings,
    overrides,
    consents: new Consents(database, keyring, clock),
    policies,
    calibrations,
    calibrationRows: new CalibrationRows(
      database,
      keyring,
      gate,
      clock,
      new Set(models.graphs.map(({ sha256 }) => sha256)),
    ),
    models,
    callLists: new CallLists(database, keyring, clock),
    activities: new Activities(database, clock),
    installation: new Installation(database, { replicaId, release: release() }),
    apiKeys: access.apiKeys,
    auditOffice: new AuditOffice(database, keyring, clock),
    gate,
    ...enrolment,
    ...keys,
    ...openPeoplesRights({ database, keyring, clock, failed, models, stops }),
    enrolmentJobs: jobs.enrolmentJobs,
    manifestLimits: jobs.manifestLimits,
    transfers: config.transfers,
    startTimeoutMs: config.startTimeoutMs,
    stallTimeoutMs: config.stallTimeoutMs,
    uploadLimits: {
      maximumBytes: config.recordingBytes,
      messageTimeoutMs: config.stallTimeoutMs,
      totalTimeoutMs: Math.min(10 * config.stallTimeoutMs, MOST_UPLOAD_MS),
    },
  };
  const chain = openChain(config, { access, calls, database, clock, observability, stops });
  const servers = await openServers(config, transport, chain, database, access.tls);
  health.tell = (status) => {
    servers.tellHealth(status);
  };
  stops.push(() => {
    health.tell = () => undefined;
    return Promise.resolve();
  });
  return { config, observability, tenants, servers, calls, poller, janitor, jobs, stops };
}
