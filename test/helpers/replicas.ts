import { join } from 'node:path';
import { Balancer } from './balancer.js';
import { Served } from './binary.js';
import { TestTenant } from './caller.js';
import { clientsAt } from './clients.js';
import { Ground } from './ground.js';

/** Several `vouch serve` on one database behind a balancer, and a tenant with an enrolled speaker. */
export class Replicas {
  #stopped = false;

  private constructor(
    private readonly ground: Ground,
    readonly served: readonly Served[],
    readonly balancer: Balancer,
    readonly tenantId: string,
  ) {}

  /** @param speakerId a fixture speaker */
  static async start(count: number, speakerId: string): Promise<Replicas> {
    const ground = await Ground.make();
    const { tenantId } = await prepared(ground, speakerId);
    const environment = {
      DATABASE_URL: ground.postgres.url,
      VOUCH_KEYRING_FILE: join(ground.directory, 'keyring.json'),
      VOUCH_DRAIN_MS: '30000',
    };
    const served = await Promise.all(Array.from({ length: count }, () => Served.start(environment)));
    const balancer = await Balancer.open(served.map(({ address }) => address));
    return new Replicas(ground, served, balancer, tenantId);
  }

  get databaseUrl(): string {
    return this.ground.postgres.url;
  }

  /** The tenant as it sees the service through the balancer. */
  tenant(): TestTenant {
    return new TestTenant(clientsAt(this.balancer.address), this.tenantId);
  }

  /** The tenant as it sees one replica. */
  tenantAt(index: number): TestTenant {
    return new TestTenant(clientsAt(this.served[index]!.address), this.tenantId);
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.balancer.close();
    await Promise.all(this.served.map((served) => served.kill()));
    await this.ground.close();
  }
}

/** By a service of its own, which is gone afterwards. */
async function prepared(ground: Ground, speakerId: string): Promise<TestTenant> {
  const service = await ground.serve();
  const tenant = await service.tenant();
  await tenant.enrol(speakerId);
  await service.stop();
  return tenant;
}
