import { VouchError } from '../errors.js';
import type { DataKey } from './data-key.js';
import { readKeyFile, writeKeyFile } from './key-file.js';
import type { Keyring, WrappedKey } from './keyring.js';
import type { PublicKey, Signature } from './signing.js';
import { newTenantKeys, TenantKeys } from './tenant-keys.js';

/** A keyring in a file of mode 0600, which does not belong on the database's disk or in its backups. */
export class FileKeyring implements Keyring {
  #tenants = new Map<string, TenantKeys>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(private readonly path: string) {}

  /**
   * Reads the file. One that is not there is an empty keyring: it is written with the first tenant.
   *
   * @throws KEYRING_INVALID
   */
  static async open(path: string): Promise<FileKeyring> {
    const keyring = new FileKeyring(path);
    await keyring.#read();
    return keyring;
  }

  async createTenantKeys(tenantId: string): Promise<void> {
    // One after the other: each reads the file and writes it whole.
    const turn = this.#writing.then(() => this.#add(tenantId));
    this.#writing = turn.catch(() => undefined);
    await turn;
  }

  async hasTenantKeys(tenantId: string): Promise<boolean> {
    return (await this.#find(tenantId)) !== undefined;
  }

  async activeEpoch(tenantId: string): Promise<number> {
    return (await this.#keys(tenantId)).activeEpoch;
  }

  async checkValue(tenantId: string, epoch: number): Promise<Buffer> {
    return (await this.#keys(tenantId, epoch)).checkValue(epoch);
  }

  async createDataKey(tenantId: string, speakerRef: string): Promise<{ key: DataKey; wrapped: WrappedKey }> {
    return (await this.#keys(tenantId)).createDataKey(speakerRef);
  }

  async openDataKey(tenantId: string, speakerRef: string, wrapped: WrappedKey): Promise<DataKey> {
    return (await this.#keys(tenantId, wrapped.epoch)).openDataKey(speakerRef, wrapped);
  }

  async keyedHash(tenantId: string, label: string, value: string): Promise<Buffer> {
    return (await this.#keys(tenantId)).keyedHash(label, value);
  }

  async sign(tenantId: string, message: Uint8Array): Promise<Signature> {
    return (await this.#keys(tenantId)).signingKey.sign(message);
  }

  async publicKey(tenantId: string): Promise<PublicKey> {
    return (await this.#keys(tenantId)).signingKey.publicKey;
  }

  async #add(tenantId: string): Promise<void> {
    const tenants = await readKeyFile(this.path);
    if (tenants.has(tenantId)) throw new VouchError('TENANT_EXISTS');
    const encoded = newTenantKeys();
    await writeKeyFile(this.path, tenants.set(tenantId, encoded));
    this.#tenants.set(tenantId, new TenantKeys(tenantId, encoded));
  }

  async #read(): Promise<void> {
    const encoded = await readKeyFile(this.path);
    this.#tenants = new Map(
      [...encoded].map(([tenantId, keys]) => [tenantId, new TenantKeys(tenantId, keys)]),
    );
  }

  /** Reads the file again before it says that a key is missing: another process may have added it. */
  async #find(tenantId: string, epoch?: number): Promise<TenantKeys | undefined> {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined && (epoch === undefined || known.hasEpoch(epoch))) return known;
    await this.#read();
    return this.#tenants.get(tenantId);
  }

  async #keys(tenantId: string, epoch?: number): Promise<TenantKeys> {
    const keys = await this.#find(tenantId, epoch);
    if (keys === undefined)
      throw new VouchError('KEY_MISSING', { message: 'The keyring has no keys of this tenant.' });
    return keys;
  }
}
