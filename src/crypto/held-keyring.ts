import { VouchError } from '../errors.js';
import type { DataKey } from './data-key.js';
import type { Keyring, OwnedKey, WrappedKey } from './keyring.js';
import type { PublicKey, Signature } from './signing.js';
import type { TenantKeys } from './tenant-keys.js';

/** A keyring whose keys are held in this process, wherever they came from. */
export abstract class HeldKeyring implements Keyring {
  abstract createTenantKeys(tenantId: string): Promise<void>;
  abstract createEpoch(tenantId: string, epoch: number): Promise<void>;
  abstract destroyEpoch(tenantId: string, epoch: number): Promise<void>;

  /** The keys of a tenant, with that of an epoch where there is one; undefined where there are none. */
  protected abstract find(tenantId: string, epoch?: number): Promise<TenantKeys | undefined>;

  async epochs(tenantId: string): Promise<readonly number[]> {
    return (await this.find(tenantId))?.epochs() ?? [];
  }

  async checkValue(tenantId: string, epoch: number): Promise<Buffer> {
    return (await this.#keys(tenantId, epoch)).checkValue(epoch);
  }

  async createDataKey(
    tenantId: string,
    speakerRef: string,
    epoch: number,
  ): Promise<{ key: DataKey; wrapped: WrappedKey }> {
    return (await this.#keys(tenantId, epoch)).createDataKey(speakerRef, epoch);
  }

  async openDataKey(tenantId: string, speakerRef: string, wrapped: WrappedKey): Promise<DataKey> {
    return (await this.#keys(tenantId, wrapped.epoch)).openDataKey(speakerRef, wrapped);
  }

  async rewrap(
    tenantId: string,
    epoch: number,
    keys: readonly OwnedKey[],
  ): Promise<readonly (WrappedKey | null)[]> {
    const held = await this.#keys(tenantId, epoch);
    return keys.map((key) => {
      try {
        return held.rewrap(epoch, key);
      } catch (error) {
        if (error instanceof VouchError && error.reason === 'CIPHERTEXT_INVALID') return null;
        throw error;
      }
    });
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

  async #keys(tenantId: string, epoch?: number): Promise<TenantKeys> {
    const keys = await this.find(tenantId, epoch);
    if (keys === undefined)
      throw new VouchError('KEY_MISSING', { message: 'The keyring has no keys of this tenant.' });
    return keys;
  }
}
