import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { DEFAULT_RECORDING_LIMITS } from './audio/index.js';
import { isLoopback, type Config } from './config.js';
import { ConsentGate, Consents } from './consent/index.js';
import { FileKeyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import type { Policy } from './domain/policy.js';
import type { Principal } from './domain/principal.js';
import { createExtractor, type SpeechExtractor } from './embedding/index.js';
import { Speakers, Voiceprints } from './enrolment/index.js';
import { VouchError } from './errors.js';
import { createLog, type Logger } from './observability/index.js';
import { packageRoot } from './package-root.js';
import { Calibration } from './scoring/index.js';
import {
  CallControl,
  Calls,
  CallRequests,
  CallStore,
  ControlPoller,
  Janitor,
  openDossiers,
  Recordings,
  RecordingStore,
} from './session/index.js';
import { Database, EmbeddedPostgres, migrate } from './storage/index.js';
import { DEFAULT_POLICY, Policies, Tenants } from './tenant/index.js';
import { developmentPrincipal, GrpcServer } from './transport/index.js';

/** Pauses and changes of consent reach running calls of other processes within about this time, ms. */
const POLL_EVERY_MS = 500;

/** How long an upload may take at most, ms. */
const MOST_UPLOAD_MS = 300_000;

/** Parts that a test may bring along. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** Everything that was started, to be stopped in the opposite order. */
type Stop = () => Promise<void>;

interface ServiceParts {
  readonly config: Config;
  readonly log: Logger;
  readonly tenants: Tenants;
  readonly grpc: GrpcServer;
  readonly calls: Calls;
  readonly poller: ControlPoller;
  readonly janitor: Janitor;
  readonly stops: Stop[];
}

/** The service: made from a configuration, started, stopped. The only place where everything is wired together. */
export class VouchService {
  readonly tenants: Tenants;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #grpc: GrpcServer;
  readonly #calls: Calls;
  readonly #poller: ControlPoller;
  readonly #janitor: Janitor;
  readonly #stops: Stop[];
  #stopping: Promise<void> | undefined;

  private constructor(parts: ServiceParts) {
    this.#config = parts.config;
    this.#log = parts.log;
    this.tenants = parts.tenants;
    this.#grpc = parts.grpc;
    this.#calls = parts.calls;
    this.#poller = parts.poller;
    this.#janitor = parts.janitor;
    this.#stops = parts.stops;
  }

  /**
   * Makes the service: database (embedded where none is configured) migrated and checked, keys checked, models verified.
   * Throws what is wrong with any of them, and leaves nothing running then.
   */
  static async create(config: Config, overrides: ServiceOverrides = {}): Promise<VouchService> {
    const stops: Stop[] = [];
    try {
      return new VouchService(await build(config, overrides, stops));
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  /** Listens. Returns where. */
  async start(): Promise<{ host: string; port: number }> {
    const { host } = this.#config;
    this.#poller.start();
    await this.#janitor.start();
    const port = await this.#grpc.listen(`${host}:${this.#config.port}`);
    this.#log.info({ host, port }, 'listening; nobody is authenticated yet, so on the loopback only');
    return { host, port };
  }

  /** Drains and stops; may be called again. Live streams are told to move, then cut at the configured deadline. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    const { drainMs } = this.#config;
    this.#grpc.notServing();
    this.#calls.drain(new Date(Date.now() + drainMs));
    const deadline = Date.now() + drainMs;
    while (this.#calls.count > 0 && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 50));
    await this.#calls.close();
    await this.#grpc.stop(1000);
    await stopAll(this.#stops);
    this.#log.info('stopped');
  }
}

async function build(config: Config, overrides: ServiceOverrides, stops: Stop[]): Promise<ServiceParts> {
  if (!isLoopback(config.host)) {
    throw new VouchError('CONFIGURATION_INVALID', {
      field: 'VOUCH_ADDRESS',
      message: 'While nobody is authenticated the service listens on a loopback address only.',
    });
  }
  const clock = overrides.clock ?? { now: () => new Date() };
  const log = overrides.log ?? createLog({ level: config.logLevel });
  const extractor = await openExtractor(config, stops);
  const calibration = await openCalibration(config, extractor);
  const database = await openDatabase(config, log, stops);
  const keyring = await FileKeyring.open(config.keyringFile);
  const tenants = new Tenants(database, keyring, clock);
  await tenants.verifyKeys();
  await ensureDevelopmentTenant(config, tenants);
  const policies = new Policies(database, keyring, clock);
  const gate = new ConsentGate(database, keyring, clock);
  const voiceprints = new Voiceprints(database, keyring, gate, clock);
  const openDossier = openDossiers(gate, voiceprints, extractor.spaces);
  const replicaId = randomUUID();
  const store = new CallStore(database, keyring, replicaId);
  const calls = new Calls({
    store,
    requests: new CallRequests(database, keyring),
    policies,
    extractor,
    calibration,
    openDossier,
    clock,
    maximumCalls: config.maximumCalls,
    consentLeaseMs: config.consentLeaseMs,
  });
  const poller = new ControlPoller({
    calls,
    gate,
    openDossier,
    clock,
    everyMs: POLL_EVERY_MS,
    onFailure: (error) => {
      log.warn({ reason: reasonOf(error) }, 'changes of consent and pauses could not be read');
    },
  });
  stops.push(() => poller.stop());
  const janitor = new Janitor({
    store,
    clock,
    resumeWindowMs: config.resumeWindowMs,
    onFailure: (error) => {
      log.warn({ reason: reasonOf(error) }, 'abandoned calls could not be ended');
    },
  });
  stops.push(() => janitor.stop());
  const recordings = new Recordings({
    extractor,
    calibration,
    policies,
    openDossier,
    store: new RecordingStore(database, keyring, replicaId),
    voiceprints,
    clock,
    maximumAtOnce: config.maximumRecordings,
  });
  const grpc = await GrpcServer.create(
    {
      calls,
      control: new CallControl(calls, poller),
      poller,
      recordings,
      consents: new Consents(database, keyring, clock),
      policies,
      voiceprints,
      speakers: new Speakers(database, keyring, clock),
      startTimeoutMs: config.startTimeoutMs,
      stallTimeoutMs: config.stallTimeoutMs,
      uploadLimits: {
        maximumBytes: config.recordingBytes,
        messageTimeoutMs: config.stallTimeoutMs,
        totalTimeoutMs: Math.min(10 * config.stallTimeoutMs, MOST_UPLOAD_MS),
      },
    },
    {
      authenticate: developmentPrincipal(config.developmentTenant),
      report: (errorId, error) => {
        log.error({ errorId, reason: reasonOf(error), stack: stackOf(error) }, 'a request failed');
      },
      descriptorsPath: join(packageRoot(), 'src/gen/vouch.binpb'),
    },
  );
  return { config, log, tenants, grpc, calls, poller, janitor, stops };
}

async function openExtractor(config: Config, stops: Stop[]): Promise<SpeechExtractor> {
  const extractor = await createExtractor({
    modelsDir: modelsDir(config),
    precision: config.modelPrecision,
    workers: config.workers,
    recordingLimits: { ...DEFAULT_RECORDING_LIMITS, maxBytes: config.recordingBytes },
    // No other vectors are of any use.
    spaces: await Calibration.spacesOf(calibrationFile(config)),
  });
  stops.push(() => extractor.close());
  return extractor;
}

async function openCalibration(config: Config, extractor: SpeechExtractor): Promise<Calibration> {
  return Calibration.load(calibrationFile(config), extractor.spaces);
}

function calibrationFile(config: Config): string {
  return join(modelsDir(config), 'calibration', `${config.calibrationId}.json`);
}

async function openDatabase(config: Config, log: Logger, stops: Stop[]): Promise<Database> {
  let url = config.databaseUrl;
  if (url === '') {
    const embedded = await EmbeddedPostgres.start(join(resolve(config.dataDir), 'postgres'));
    stops.push(() => embedded.stop());
    url = embedded.url;
    await migrate(url);
    const { directory, closedDirectory } = embedded;
    log.info({ directory, closedDirectory }, 'embedded PostgreSQL started');
  }
  const database = await Database.connect({ url, poolSize: config.databasePool });
  stops.push(() => database.close());
  return database;
}

/** In development voiceprints may be used at once, so that the first steps of a newcomer need no day. */
async function ensureDevelopmentTenant(config: Config, tenants: Tenants): Promise<void> {
  const principal: Principal = {
    tenantId: config.developmentTenant,
    role: 'ADMINISTRATOR',
    actorId: 'development',
  };
  const policy: Policy = {
    ...DEFAULT_POLICY,
    enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 },
  };
  await tenants.ensure(principal, policy);
}

function modelsDir(config: Config): string {
  return config.modelsDir === '' ? join(packageRoot(), 'models') : config.modelsDir;
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}

function reasonOf(error: unknown): string {
  return error instanceof VouchError ? error.reason : 'INTERNAL';
}

/** Where it happened, without what was said: messages of unknown errors may hold anything. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const lines = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  return [error.name, ...(lines ?? [])].join('\n');
}
