import { buildService, type ServiceOverrides, type ServiceParts, type Stop } from './build-service.js';
import type { Config } from './config.js';
import { authenticates } from './config-access.js';
import type { BatchJobs } from './open-batch-jobs.js';
import { serveMetrics } from './observability/index.js';
import type { Observability } from './open-observability.js';
import type { Addresses, Servers } from './open-servers.js';
import type { Calls, ControlPoller, Janitor } from './session/index.js';
import type { Tenants } from './tenant/index.js';

/** The service: made from a configuration, started, stopped. */
export class VouchService {
  readonly tenants: Tenants;
  readonly #config: Config;
  readonly #observability: Observability;
  readonly #servers: Servers;
  readonly #calls: Calls;
  readonly #poller: ControlPoller;
  readonly #janitor: Janitor;
  readonly #jobs: BatchJobs;
  readonly #stops: Stop[];
  #stopping: Promise<void> | undefined;

  private constructor(parts: ServiceParts) {
    this.#config = parts.config;
    this.#observability = parts.observability;
    this.tenants = parts.tenants;
    this.#servers = parts.servers;
    this.#calls = parts.calls;
    this.#poller = parts.poller;
    this.#janitor = parts.janitor;
    this.#jobs = parts.jobs;
    this.#stops = parts.stops;
  }

  /**
   * Makes the service: database (embedded where none is configured) migrated and checked, keys checked, models verified.
   * Throws what is wrong with any of them, and leaves nothing running then.
   */
  static async create(config: Config, overrides: ServiceOverrides = {}): Promise<VouchService> {
    const stops: Stop[] = [];
    try {
      return new VouchService(await buildService(config, overrides, stops));
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  /** Listens. Returns where; the port of the metrics is undefined where they are off. */
  async start(): Promise<Addresses & { metricsPort: number | undefined }> {
    const metricsPort = await this.#serveMetrics();
    this.#poller.start();
    await this.#janitor.start();
    this.#stops.push(this.#jobs.start());
    const addresses = { ...(await this.#servers.start()), metricsPort };
    const { log } = this.#observability;
    const who = authenticates(this.#config.access)
      ? 'listening'
      : 'listening; nobody is authenticated, so on the loopback only';
    log.info(addresses, who);
    return addresses;
  }

  /** Drains and stops; may be called again. Live streams are told to move, then cut at the configured deadline. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async #serveMetrics(): Promise<number | undefined> {
    const { metricsAddress } = this.#config;
    if (metricsAddress === null) return undefined;
    const { port, close } = await serveMetrics(this.#observability.metrics, metricsAddress);
    this.#stops.push(close);
    return port;
  }

  async #stop(): Promise<void> {
    const { drainMs } = this.#config;
    this.#servers.drain();
    this.#calls.drain(new Date(Date.now() + drainMs));
    await this.#janitor.drain();
    const deadline = Date.now() + drainMs;
    while (this.#calls.count > 0 && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 50));
    await this.#calls.close();
    await this.#servers.stop(1000);
    await stopAll(this.#stops);
    this.#observability.log.info('stopped');
  }
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}
