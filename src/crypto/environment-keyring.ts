import { VouchError } from '../errors.js';
import { HeldKeyring } from './held-keyring.js';
import { parseKeys } from './key-file.js';
import { TenantKeys } from './tenant-keys.js';

/** A keyring that came whole from the environment, in the form of a keyring file. Others change it, and start anew. */
export class EnvironmentKeyring extends HeldKeyring {
  readonly #tenants: ReadonlyMap<string, TenantKeys>;

  /** @throws KEYRING_INVALID */
  constructor(text: string) {
    super();
    this.#tenants = new Map(
      [...parseKeys(text)].map(([tenantId, keys]) => [tenantId, new TenantKeys(tenantId, keys)]),
    );
  }

  async createTenantKeys(tenantId: string): Promise<void> {
    if (this.#tenants.has(tenantId)) throw new VouchError('TENANT_EXISTS');
    return Promise.reject(readOnly('Add the keys of the tenant'));
  }

  async createEpoch(tenantId: string, epoch: number): Promise<void> {
    if (this.#tenants.get(tenantId)?.hasEpoch(epoch) === true) return;
    return Promise.reject(readOnly(`Add the key of epoch ${epoch}`));
  }

  async destroyEpoch(tenantId: string, epoch: number): Promise<void> {
    if (this.#tenants.get(tenantId)?.hasEpoch(epoch) !== true) return;
    return Promise.reject(readOnly(`Take out the key of epoch ${epoch}`));
  }

  protected override find(tenantId: string): Promise<TenantKeys | undefined> {
    return Promise.resolve(this.#tenants.get(tenantId));
  }
}

function readOnly(what: string): VouchError {
  return new VouchError('KEYRING_READ_ONLY', {
    message: `The keyring comes from the environment. ${what}, in every process, start them again, and repeat this.`,
  });
}
