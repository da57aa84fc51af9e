import { join } from 'node:path';
import type { TlsFiles } from './access/index.js';
import { isLoopback } from './addresses.js';
import { authenticates } from './config-access.js';
import type { Config } from './config.js';
import { VouchError } from './errors.js';
import { packageRoot, release } from './package-root.js';
import type { Database } from './storage/index.js';
import {
  createServices,
  GrpcServer,
  HttpServer,
  type Chain,
  type TransportParts,
} from './transport/index.js';

/** Where a service listens. */
export interface Addresses {
  readonly host: string;
  readonly port: number;
  readonly http: { readonly host: string; readonly port: number };
}

/** Makes the servers of a process, gRPC and HTTP with the same RPCs behind them; they do not listen yet. */
export async function openServers(
  config: Config,
  parts: TransportParts,
  chain: Chain,
  database: Database,
  tls: TlsFiles | null,
): Promise<Servers> {
  const services = createServices(parts);
  const descriptorsPath = join(packageRoot(), 'src/gen/vouch.binpb');
  const state = new State(database);
  const http = await HttpServer.create(services, chain, {
    origins: config.http.origins,
    maximumStreams: config.http.maximumStreams,
    requestsPerMinute: config.http.requestsPerMinute,
    loopbackNamesOnly: !authenticates(config.access),
    tls,
    descriptorsPath,
    pagesFolder: join(packageRoot(), 'dist/web'),
    health: state,
    version: release(),
  });
  return new Servers(config, await GrpcServer.create(services, chain, descriptorsPath, tls), http, state);
}

/** Throws CONFIGURATION_INVALID for addresses that others could reach who must not. */
export function checkAddresses({ host, http, access }: Config): void {
  const inClear = access.tls === null && !access.plaintextBehindProxy;
  if (authenticates(access) && !inClear) return;
  for (const [field, name] of Object.entries({ VOUCH_ADDRESS: host, VOUCH_HTTP_ADDRESS: http.host })) {
    if (isLoopback(name)) continue;
    throw new VouchError('CONFIGURATION_INVALID', {
      field,
      message: authenticates(access)
        ? 'Without TLS the service listens on a loopback address only (VOUCH_TLS_CERT_FILE, VOUCH_PLAINTEXT).'
        : 'While nobody is authenticated the service listens on a loopback address only.',
    });
  }
}

/** The servers of a process. */
export class Servers {
  constructor(
    private readonly config: Config,
    private readonly grpc: GrpcServer,
    private readonly http: HttpServer,
    private readonly state: State,
  ) {}

  /** Listens. Rejects with ADDRESS_IN_USE. */
  async start(): Promise<Addresses> {
    const { host, port, http } = this.config;
    const grpcPort = await this.grpc.listen(`${host}:${port}`);
    const httpPort = await this.http.listen(http.host, http.port);
    this.state.isStarted = true;
    return { host, port: grpcPort, http: { host: http.host, port: httpPort } };
  }

  /** Tells balancers whether to send anything new. */
  tellHealth(status: 'healthy' | 'unhealthy'): void {
    this.state.healthy = status === 'healthy';
    this.grpc.tellHealth(status);
  }

  /** Lets nothing more begin that lasts. */
  drain(): void {
    this.tellHealth('unhealthy');
    this.http.drain();
  }

  /** Waits for requests under way up to a deadline, then cuts them. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.all([this.grpc.stop(deadlineMs), this.http.stop(deadlineMs)]);
  }
}

/** What probes over HTTP are told of. */
class State {
  isStarted = false;
  healthy = true;

  constructor(private readonly database: Database) {}

  started(): boolean {
    return this.isStarted;
  }

  async ready(): Promise<boolean> {
    if (!this.isStarted || !this.healthy) return false;
    return this.database.system(() => Promise.resolve(true)).catch(() => false);
  }
}
