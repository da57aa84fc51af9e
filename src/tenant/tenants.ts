import { timingSafeEqual } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { FIRST_EPOCH, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Policy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  insertKeyEpoch,
  insertTenant,
  listKeyEpochs,
  listTenants,
  lockKeyring,
  tenantExists,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { DEFAULT_POLICY } from './default-policy.js';
import { DEFAULT_POLICY_ID, storePolicy } from './policies.js';

/** The organisations that control the data, and their keys. */
export class Tenants {
  readonly #seen = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes the principal's tenant: its row, its keys, its first policy, the first entry of its chain.
   *
   * The keys come first and the row is committed last: after a crash between them the keyring holds keys that nothing was
   * encrypted under yet, and the next attempt uses them. The other way round, a tenant would have lost its keys.
   *
   * A keyring that lacks keys of other tenants gets none: it is not the one that belongs to the database.
   *
   * @throws TENANT_EXISTS, KEY_MISSING, KEY_WRONG
   */
  async create(principal: Principal, policy: Policy = DEFAULT_POLICY): Promise<void> {
    const { tenantId } = principal;
    await this.verifyKeys();
    await this.database.tenant(tenantId, async (tx) => {
      await lockKeyring(tx);
      await insertTenant(tx, principal.actorId);
      const now = this.clock.now();
      const epoch = await this.#epochOfNew(tenantId);
      const checkValue = await this.keyring.checkValue(tenantId, epoch);
      await insertKeyEpoch(tx, { epoch, checkValue, createdAt: now });
      await storePolicy(tx, principal, DEFAULT_POLICY_ID, policy, 'the first', now);
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'TENANT_CREATED',
        subjectRef: null,
        recordedAt: now,
        body: { epoch },
      });
    });
  }

  /**
   * As {@link create}, but content with a tenant that exists.
   *
   * @returns whether it was made now
   */
  async ensure(principal: Principal, policy: Policy = DEFAULT_POLICY): Promise<boolean> {
    if (await this.database.tenant(principal.tenantId, tenantExists)) return false;
    try {
      await this.create(principal, policy);
      return true;
    } catch (error) {
      if (error instanceof VouchError && error.reason === 'TENANT_EXISTS') return false;
      throw error;
    }
  }

  /** Whether there is such a tenant. Asks the database until there is: tenants do not go away. */
  async exists(tenantId: string): Promise<boolean> {
    if (this.#seen.has(tenantId)) return true;
    if (!(await this.database.tenant(tenantId, tenantExists))) return false;
    this.#seen.add(tenantId);
    return true;
  }

  /**
   * Checks that the keyring holds the keys that each tenant's data is encrypted under. For the start of the service, and
   * before a tenant is made: a missing or wrong key is an error then, and never replaced.
   *
   * @throws KEY_MISSING, KEY_WRONG
   */
  async verifyKeys(): Promise<void> {
    for (const tenantId of await this.database.system(listTenants)) {
      await this.database.tenant(tenantId, (tx) => this.#verifyTenant(tx));
    }
  }

  async #verifyTenant(tx: Transaction): Promise<void> {
    const epochs = await listKeyEpochs(tx);
    if (epochs.length === 0) {
      throw new VouchError('KEY_MISSING', {
        message: 'A tenant of the database was never given keys.',
        metadata: { tenant: tx.tenantId },
      });
    }
    for (const { epoch, checkValue, destroyAfter, destroyedAt } of epochs) {
      if (destroyedAt !== null) continue;
      const expired = destroyAfter !== null && destroyAfter <= this.clock.now();
      // Nothing is encrypted under it any more, in any backup either: it may be gone already.
      if (expired && !(await this.keyring.epochs(tx.tenantId)).includes(epoch)) continue;
      const metadata = { tenant: tx.tenantId, epoch: String(epoch) };
      if (!timingSafeEqual(await this.#checkValue(tx.tenantId, epoch), checkValue)) {
        throw new VouchError('KEY_WRONG', { metadata });
      }
    }
  }

  /** Keys that are there, from an attempt that was cut off or from elsewhere, are used: the newest of them. */
  async #epochOfNew(tenantId: string): Promise<number> {
    const newest = (await this.keyring.epochs(tenantId)).at(-1);
    if (newest === undefined) await this.keyring.createTenantKeys(tenantId);
    return newest ?? FIRST_EPOCH;
  }

  async #checkValue(tenantId: string, epoch: number): Promise<Buffer> {
    try {
      return await this.keyring.checkValue(tenantId, epoch);
    } catch (error) {
      if (!(error instanceof VouchError) || error.reason !== 'KEY_MISSING') throw error;
      throw new VouchError('KEY_MISSING', {
        message: 'The keyring does not hold the key that data of a tenant was encrypted under.',
        metadata: { tenant: tenantId, epoch: String(epoch) },
      });
    }
  }
}
