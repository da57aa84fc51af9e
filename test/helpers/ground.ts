import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createChannel, type Channel } from 'nice-grpc';
import { readConfig } from '../../src/config.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Principal, Role } from '../../src/domain/principal.js';
import type { ServiceOverrides } from '../../src/build-service.js';
import { VouchService } from '../../src/service.js';
import { EmbeddedPostgres } from '../../src/storage/index.js';
import { TestTenant, type ClientMaker, type Clients } from './caller.js';
import { clientsOver } from './clients.js';
import { migratedServer, removeServer } from './migrated-server.js';
import { TENANT_POLICY } from './policy.js';

/** Options of the service by their names in the environment. */
export type Environment = Readonly<Record<string, string>>;

/** A database server, its data and a keyring for a test file. */
export class Ground {
  private constructor(
    readonly directory: string,
    public postgres: EmbeddedPostgres,
  ) {}

  static async make(): Promise<Ground> {
    const { directory, postgres } = await migratedServer();
    return new Ground(directory, postgres);
  }

  /** A service on this database: one worker, ephemeral ports, silent. */
  async serve(environment: Environment = {}, overrides: ServiceOverrides = {}): Promise<TestService> {
    const own = { DATABASE_URL: this.postgres.url, VOUCH_KEYRING_FILE: join(this.directory, 'keyring.json') };
    return startService({ ...own, ...environment }, overrides);
  }

  /** Starts the database server again on its data, on another port, whatever became of it. */
  async restartPostgres(): Promise<void> {
    await this.postgres.stop();
    this.postgres = await EmbeddedPostgres.start(this.directory, { disposable: true });
  }

  /** Gives a signal to the processes of the database server, all of them. */
  async signalPostgres(signal: NodeJS.Signals): Promise<void> {
    const file = await readFile(join(this.postgres.directory, 'postgres', 'postmaster.pid'), 'utf8');
    const postmaster = Number(file.split('\n')[0]);
    const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    for (const pid of [postmaster, ...children.trim().split(' ').filter(Boolean).map(Number)])
      process.kill(pid, signal);
  }

  async close(): Promise<void> {
    await removeServer(this);
  }
}

/** A running service and clients of it. */
export class TestService implements ClientMaker {
  #channel: Channel | undefined;

  constructor(
    readonly service: VouchService,
    readonly address: string,
    readonly httpAddress: string,
    readonly metricsPort?: number,
  ) {}

  /** What Prometheus would read. */
  async metrics(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`);
    return response.text();
  }

  /** A connection to the service; the same for all clients unless asked for another. */
  get channel(): Channel {
    return (this.#channel ??= createChannel(this.address));
  }

  clients(tenantId: string, role: Role, channel = this.channel, actor = 'test'): Clients {
    return clientsOver(channel, tenantId, role, actor);
  }

  /** A tenant of its own, whose voiceprints may be used at once, with a published notice. */
  async tenant(changes: Partial<Policy> = {}): Promise<TestTenant> {
    const tenantId = `tenant-${randomBytes(6).toString('hex')}`;
    const principal: Principal = { tenantId, role: 'ADMINISTRATOR', actorId: 'test' };
    await this.service.tenants.create(principal, {
      ...TENANT_POLICY,
      enrolment: { ...TENANT_POLICY.enrolment, waitingPeriodMs: 0 },
      ...changes,
    });
    const tenant = new TestTenant(this, tenantId);
    await tenant.publishNotice();
    return tenant;
  }

  /** A tenant that was made before. */
  tenantOf(tenantId: string): TestTenant {
    return new TestTenant(this, tenantId);
  }

  async stop(): Promise<void> {
    this.#channel?.close();
    await this.service.stop();
  }
}

/** A service: one worker, ephemeral ports, silent, unless the environment says otherwise; it must name the database. */
export async function startService(
  environment: Environment,
  overrides: ServiceOverrides = {},
): Promise<TestService> {
  const config = readConfig({
    VOUCH_ADDRESS: '127.0.0.1:0',
    VOUCH_METRICS_ADDRESS: 'off',
    VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
    VOUCH_WORKERS: '1',
    VOUCH_LOG_LEVEL: 'silent',
    VOUCH_DRAIN_MS: '0',
    // The machine may be busy with other tests.
    VOUCH_OVERLOAD_LAG_MS: '10000',
    VOUCH_DATABASE_WAIT_MS: '20000',
    VOUCH_MAXIMUM_RECORDINGS: '64', // The tests of a file enrol at the same time.
    ...environment,
  });
  const service = await VouchService.create(config, overrides);
  const { host, port, http, metricsPort } = await service.start();
  return new TestService(service, `${host}:${port}`, `${http.host}:${http.port}`, metricsPort);
}

/** Services on one database for all tests of a file, started before the first and stopped after the last. */
export function servicesOfFile(count: number, environment: Environment = {}): (index: number) => TestService {
  let ground: Ground | undefined;
  const running: TestService[] = [];
  test.serial.before('start the services', async (t) => {
    t.timeout(60_000);
    ground = await Ground.make();
    while (running.length < count) running.push(await ground.serve(environment));
  });
  test.after.always('stop the services', async () => {
    for (const service of running) await service.stop();
    await ground?.close();
  });
  return (index) => {
    const service = running[index];
    if (!service) throw new Error('The service does not run.');
    return service;
  };
}

/** One service for all tests of a file. */
export function serviceOfFile(environment: Environment = {}): () => TestService {
  const service = servicesOfFile(1, environment);
  return () => service(0);
}
