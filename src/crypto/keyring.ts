import type { DataKey } from './data-key.js';
import type { PublicKey, Signature } from './signing.js';

/** A data key as it is stored: encrypted under an epoch key of its tenant. */
export interface WrappedKey {
  /** Of the tenant's epoch key, from 1. */
  readonly epoch: number;
  readonly ciphertext: Buffer;
}

/** A wrapped data key and whose it is: it opens for nobody else. */
export interface OwnedKey extends WrappedKey {
  readonly speakerRef: string;
}

/** The first epoch of a tenant. */
export const FIRST_EPOCH = 1;

/**
 * The keys of the tenants. They live outside the database and its backups, and do not leave this interface: it does with
 * them what is asked, so that an external key service can stand behind it. A tenant has epoch keys, numbered from 1, which
 * wrap the speakers' data keys, and a key for hashing ids, which never changes. Which epoch is in use stands in the
 * database, so that all replicas change over at the same moment.
 *
 * All methods throw KEY_MISSING where the tenant or the epoch has no key, KEYRING_INVALID where the keyring cannot be
 * read, KEY_SERVICE_UNAVAILABLE where it is a service that does not answer. Nothing but {@link createTenantKeys} and
 * {@link createEpoch} ever makes a key of a tenant: a new key in the place of a lost one would only hide that the data is
 * unreadable.
 *
 * Callers that share a keyring across processes take turns at what changes it (they hold a lock in the database).
 */
export interface Keyring {
  /**
   * Makes the keys of a new tenant: epoch 1 and the hash key.
   *
   * @throws TENANT_EXISTS where it has keys already; KEYRING_READ_ONLY where keys come from elsewhere
   */
  createTenantKeys(tenantId: string): Promise<void>;

  /** The epochs that the tenant has keys of, ascending; none where it has no keys. */
  epochs(tenantId: string): Promise<readonly number[]>;

  /**
   * Makes the key of the next epoch; content where it is there already, for example after a crash.
   *
   * @throws KEYRING_READ_ONLY where keys come from elsewhere and this one did not come yet
   */
  createEpoch(tenantId: string, epoch: number): Promise<void>;

  /**
   * Destroys the key of an epoch for good; content where it is gone already. Epochs are destroyed from the lowest up, and
   * the last one never is.
   *
   * @throws KEYRING_READ_ONLY where keys come from elsewhere and this one is still there
   */
  destroyEpoch(tenantId: string, epoch: number): Promise<void>;

  /**
   * A value that tells this epoch's key and the hash key from all others and tells nothing about them, 32 bytes. Stored
   * in the database; another one at start means another keyring.
   */
  checkValue(tenantId: string, epoch: number): Promise<Buffer>;

  /** Makes a data key for a speaker, wrapped under an epoch. */
  createDataKey(
    tenantId: string,
    speakerRef: string,
    epoch: number,
  ): Promise<{ key: DataKey; wrapped: WrappedKey }>;

  /** Unwraps a speaker's data key. Throws CIPHERTEXT_INVALID where it is not this speaker's or not of this epoch. */
  openDataKey(tenantId: string, speakerRef: string, wrapped: WrappedKey): Promise<DataKey>;

  /**
   * Wraps data keys under another epoch; the data keys stay what they are.
   *
   * @param keys - at most 1000
   * @returns in their order; null for one that does not open
   */
  rewrap(tenantId: string, epoch: number, keys: readonly OwnedKey[]): Promise<readonly (WrappedKey | null)[]>;

  /**
   * HMAC-SHA-256 (RFC 2104, FIPS 198-1) under the tenant's hash key, 32 bytes: finds a value again without storing it.
   *
   * @param label - what the hash is for, for example `speaker-id`; hashes of different labels have nothing in common
   */
  keyedHash(tenantId: string, label: string, value: string): Promise<Buffer>;

  /** Signs with the tenant's signing key, which stays the same as long as its hash key does. */
  sign(tenantId: string, message: Uint8Array): Promise<Signature>;

  /** What the tenant's signatures are checked with. */
  publicKey(tenantId: string): Promise<PublicKey>;
}
