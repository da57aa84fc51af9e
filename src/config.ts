import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { ACCESS_OPTIONS, readAccess, type AccessConfig } from './config-access.js';
import { HTTP_OPTIONS, readHttp, type HttpConfig } from './config-http.js';
import { KEYRING_OPTIONS, readKeyring } from './config-keyring.js';
import type { KeyringSource } from './crypto/index.js';
import { readAddress } from './addresses.js';
import { VouchError } from './errors.js';

const milliseconds = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

/** Every option, from the environment; docs/configuration.md lists them, and a test holds the two together. */
const Options = z.object({
  /** Where gRPC listens, `host:port`. Only a loopback host is allowed while nobody is authenticated. */
  VOUCH_ADDRESS: z.string().default('127.0.0.1:50051'),
  /** Where metrics are told over HTTP, `host:port`; `off`: nowhere. They name nobody. */
  VOUCH_METRICS_ADDRESS: z.string().default('127.0.0.1:9464'),
  ...HTTP_OPTIONS,
  /** Where traces are sent, an OTLP/HTTP collector such as `http://127.0.0.1:4318`; empty: nowhere. */
  VOUCH_OTLP_ENDPOINT: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  /** The standard's own name for it, which counts where the other is empty. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  /** Of the requests whose client does not say whether they are traced, the share that is. */
  VOUCH_TRACE_SHARE: z.coerce.number().min(0).max(1).default(0.1),
  /** PostgreSQL; empty: an embedded one in VOUCH_DATA_DIR. */
  DATABASE_URL: z.string().default(''),
  /** A file with that URL instead, for a secret that is mounted. */
  DATABASE_URL_FILE: z.string().default(''),
  /** Connections to PostgreSQL, at most. */
  VOUCH_DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(10),
  /** How long a transaction may wait for a connection, and for PostgreSQL to begin it, until the database counts as gone. */
  VOUCH_DATABASE_WAIT_MS: milliseconds(100, 60_000).default(2000),
  /** Where the embedded database and the keyring live when nothing else is said. */
  VOUCH_DATA_DIR: z.string().default('.vouch'),
  ...KEYRING_OPTIONS,
  /** Folder of the models and their manifest; empty: the one that came with the software. */
  VOUCH_MODELS_DIR: z.string().default(''),
  /** Which graph computes embeddings: int8 where its check passes (`auto`), or always this one. */
  VOUCH_MODEL_PRECISION: z.enum(['auto', 'fp32', 'int8']).default('auto'),
  /** The calibration of calls whose tenant assigned none, by id: its latest version. */
  VOUCH_CALIBRATION: z.string().default('telephone-first'),
  /** A folder of the operator's own calibrations, besides `calibration/` of the models folder; empty: none. */
  VOUCH_CALIBRATIONS_DIR: z.string().default(''),
  /** Worker threads; 0: one per core. */
  VOUCH_WORKERS: z.coerce.number().int().min(0).max(256).default(0),
  /** Live calls that this process serves at most; 0: 500 per worker. */
  VOUCH_MAXIMUM_CALLS: z.coerce.number().int().min(0).max(100_000).default(0),
  /** Of those, calls of one tenant; 0: all. */
  VOUCH_MAXIMUM_CALLS_PER_TENANT: z.coerce.number().int().min(0).max(100_000).default(0),
  /** No call begins while audio waits longer than this for the models, or the process is that late, ms. */
  VOUCH_OVERLOAD_LAG_MS: milliseconds(50, 60_000).default(300),
  /** Calls of a day that may claim a speaker without being accepted before that is called suspicious. */
  VOUCH_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(10_000).default(10),
  /** Claims of a day from one origin of calls that may not be accepted before that is. */
  VOUCH_MAXIMUM_SOURCE_ATTEMPTS: z.coerce.number().int().min(1).max(10_000).default(20),
  /** Recordings that are worked on at once. */
  VOUCH_MAXIMUM_RECORDINGS: z.coerce.number().int().min(1).max(64).default(2),
  /** Size of a recording at most, bytes. */
  VOUCH_RECORDING_BYTES: z.coerce.number().int().min(1000).max(1_000_000_000).default(67_108_864),
  /** Folder of the recordings that batch jobs may read, with a folder for each tenant; empty: no batch jobs here. */
  VOUCH_IMPORT_DIR: z.string().default(''),
  /** Recordings of batch jobs that are worked on at once. */
  VOUCH_IMPORT_AT_ONCE: z.coerce.number().int().min(1).max(64).default(1),
  /** Whether all speakers may be sealed for another installation, or taken in from one. */
  VOUCH_TRANSFERS: z.enum(['off', 'on']).default('off'),
  /** A stream must start within this time, ms. */
  VOUCH_START_TIMEOUT_MS: milliseconds(100, 600_000).default(10_000),
  /** A stream that is not paused must send something this often, ms. */
  VOUCH_STALL_TIMEOUT_MS: milliseconds(100, 3_600_000).default(30_000),
  /** A call whose stream broke may be taken up again for this long, ms. */
  VOUCH_RESUME_WINDOW_MS: milliseconds(0, 3_600_000).default(60_000),
  /** How long consent that was read holds when the database cannot be asked, ms. */
  VOUCH_CONSENT_LEASE_MS: milliseconds(1000, 60_000).default(60_000),
  /** How long a stopping service waits for its calls, ms. */
  VOUCH_DRAIN_MS: milliseconds(0, 3_600_000).default(10_000),
  ...ACCESS_OPTIONS,
  /** The tenant of the development principal. */
  VOUCH_DEVELOPMENT_TENANT: z.string().min(1).max(256).default('development'),
  VOUCH_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** The configuration of a service, read once and passed on as values. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: none are told. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | null;
  /** Null: nothing is traced. */
  readonly traces: { readonly endpoint: string; readonly share: number } | null;
  readonly http: HttpConfig;
  /** Empty: embedded. */
  readonly databaseUrl: string;
  readonly databasePool: number;
  readonly databaseWaitMs: number;
  readonly dataDir: string;
  readonly keyring: KeyringSource;
  readonly modelsDir: string;
  readonly modelPrecision: 'auto' | 'fp32' | 'int8';
  readonly calibrationId: string;
  /** Empty: none. */
  readonly calibrationsDir: string;
  readonly workers: number;
  readonly maximumCalls: number;
  readonly maximumCallsPerTenant: number;
  readonly overloadLagMs: number;
  readonly maximumAttempts: number;
  readonly maximumSourceAttempts: number;
  readonly maximumRecordings: number;
  readonly recordingBytes: number;
  readonly importDir: string;
  readonly transfers: boolean;
  readonly importAtOnce: number;
  readonly startTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly resumeWindowMs: number;
  readonly consentLeaseMs: number;
  readonly drainMs: number;
  readonly access: AccessConfig;
  readonly developmentTenant: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. Throws CONFIGURATION_INVALID naming the option, never its value.
 *
 * @param defaults what counts where the environment says nothing, before the options' own defaults
 * @param ignored options that the environment has no say in
 */
export function readConfig(
  environment: Environment = process.env,
  defaults: Environment = {},
  ignored: readonly string[] = [],
): Config {
  refuseUnknown(environment);
  // What is empty counts as not set.
  const set = Object.entries(environment).filter(([name, value]) => value !== '' && !ignored.includes(name));
  const parsed = Options.safeParse({ ...defaults, ...Object.fromEntries(set) });
  if (!parsed.success) {
    const options = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))];
    throw new VouchError('CONFIGURATION_INVALID', {
      field: options.join(', '),
      message: `Not usable: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    });
  }
  const options = withDatabaseUrl(parsed.data);
  const { host, port } = readAddress('VOUCH_ADDRESS', options.VOUCH_ADDRESS);
  const metrics = options.VOUCH_METRICS_ADDRESS;
  const workers = options.VOUCH_WORKERS || availableParallelism();
  const maximumCalls = options.VOUCH_MAXIMUM_CALLS || 500 * workers;
  return {
    host,
    port,
    metricsAddress: metrics === 'off' ? null : readAddress('VOUCH_METRICS_ADDRESS', metrics),
    traces: readTraces(options),
    http: readHttp(options),
    databaseUrl: options.DATABASE_URL,
    databasePool: options.VOUCH_DATABASE_POOL,
    databaseWaitMs: options.VOUCH_DATABASE_WAIT_MS,
    dataDir: options.VOUCH_DATA_DIR,
    keyring: readKeyring(options),
    modelsDir: options.VOUCH_MODELS_DIR,
    modelPrecision: options.VOUCH_MODEL_PRECISION,
    calibrationId: options.VOUCH_CALIBRATION,
    calibrationsDir: options.VOUCH_CALIBRATIONS_DIR,
    workers,
    maximumCalls,
    maximumCallsPerTenant: options.VOUCH_MAXIMUM_CALLS_PER_TENANT || maximumCalls,
    overloadLagMs: options.VOUCH_OVERLOAD_LAG_MS,
    maximumAttempts: options.VOUCH_MAXIMUM_ATTEMPTS,
    maximumSourceAttempts: options.VOUCH_MAXIMUM_SOURCE_ATTEMPTS,
    maximumRecordings: options.VOUCH_MAXIMUM_RECORDINGS,
    recordingBytes: options.VOUCH_RECORDING_BYTES,
    importDir: options.VOUCH_IMPORT_DIR,
    transfers: options.VOUCH_TRANSFERS === 'on',
    importAtOnce: options.VOUCH_IMPORT_AT_ONCE,
    startTimeoutMs: options.VOUCH_START_TIMEOUT_MS,
    stallTimeoutMs: options.VOUCH_STALL_TIMEOUT_MS,
    resumeWindowMs: options.VOUCH_RESUME_WINDOW_MS,
    consentLeaseMs: options.VOUCH_CONSENT_LEASE_MS,
    drainMs: options.VOUCH_DRAIN_MS,
    access: readAccess(options),
    developmentTenant: options.VOUCH_DEVELOPMENT_TENANT,
    logLevel: options.VOUCH_LOG_LEVEL,
  };
}

function readTraces(options: z.output<typeof Options>): Config['traces'] {
  const endpoint = options.VOUCH_OTLP_ENDPOINT || options.OTEL_EXPORTER_OTLP_ENDPOINT;
  return endpoint === '' ? null : { endpoint, share: options.VOUCH_TRACE_SHARE };
}

/** The names of all options, for the docs' test. */
export const OPTION_NAMES: readonly string[] = Object.keys(Options.shape);

/** An option that is misspelt would silently not count. */
function refuseUnknown(environment: Environment): void {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('VOUCH_') && !OPTION_NAMES.includes(name),
  );
  if (unknown.length === 0) return;
  throw new VouchError('CONFIGURATION_INVALID', {
    field: unknown.join(', '),
    message: `There is no such option: ${unknown.join(', ')}.`,
  });
}

/** The URL of the database may be in a file. Nothing tells what is in it. */
function withDatabaseUrl(options: z.output<typeof Options>): z.output<typeof Options> {
  const { DATABASE_URL: url, DATABASE_URL_FILE: path } = options;
  if (path === '') return options;
  const field = 'DATABASE_URL_FILE';
  if (url !== '')
    throw new VouchError('CONFIGURATION_INVALID', { field, message: 'DATABASE_URL is set, too.' });
  const written = readText(path);
  // An empty URL would mean a database of the service's own.
  if (written === '') throw new VouchError('CONFIGURATION_INVALID', { field, message: 'The file is empty.' });
  return { ...options, DATABASE_URL: written };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const field = 'DATABASE_URL_FILE';
    throw new VouchError('CONFIGURATION_INVALID', { field, message: 'The file cannot be read.', cause });
  }
}
