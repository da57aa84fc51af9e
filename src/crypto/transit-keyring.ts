import { z } from 'zod';
import { VouchError } from '../errors.js';
import { encodeFields } from './canonical.js';
import { DataKey } from './data-key.js';
import { sha256 } from './digest.js';
import { FIRST_EPOCH, type Keyring, type OwnedKey, type WrappedKey } from './keyring.js';
import { publicKeyOf, type PublicKey, type Signature } from './signing.js';
import { TransitClient, type TransitOptions } from './transit-client.js';

const keyInfo = z.object({ latest_version: z.int().positive(), keys: z.record(z.string(), z.unknown()) });
const dataKeyAnswer = z.object({ plaintext: z.base64(), ciphertext: z.string() });
const decryptAnswer = z.object({ plaintext: z.base64() });
const rewrapAnswer = z.object({
  batch_results: z.array(z.object({ ciphertext: z.string().default(''), error: z.string().default('') })),
});
const signAnswer = z.object({ signature: z.string() });
const signingKeyInfo = z.object({ keys: z.object({ 1: z.object({ public_key: z.base64() }) }) });
const hmacAnswer = z.object({ hmac: z.string() });

/** Hashes that are remembered, so that running calls do not ask for the same ones twice a second. */
const MOST_HASHES = 20_000;

/**
 * A keyring in the transit engine of an OpenBao or Vault server: the epoch keys never leave it. A tenant has three keys
 * there: `<prefix><hash>`, whose versions are the epochs, and two that are never rotated: `<prefix><hash>-hash` hashes
 * ids, `<prefix><hash>-sign` signs. The first one is a derived key (HKDF over a context): the context names tenant and speaker, so a wrapped key
 * opens for nobody else.
 */
export class TransitKeyring implements Keyring {
  readonly #client: TransitClient;
  readonly #prefix: string;
  readonly #hashes = new Map<string, Buffer>();
  readonly #checks = new Map<string, Buffer>();

  constructor(options: TransitOptions) {
    this.#client = new TransitClient(options);
    this.#prefix = options.keyPrefix;
  }

  async createTenantKeys(tenantId: string): Promise<void> {
    if ((await this.epochs(tenantId)).length > 0) throw new VouchError('TENANT_EXISTS');
    const name = this.#name(tenantId);
    // The others first: a tenant whose epochs are there has all. The server leaves a key that exists as it is.
    await this.#ask(`keys/${name}-sign`, { type: 'ed25519' }, z.unknown());
    await this.#ask(`keys/${name}-hash`, { type: 'aes256-gcm96' }, z.unknown());
    await this.#ask(`keys/${name}`, { type: 'aes256-gcm96', derived: true }, z.unknown());
  }

  async epochs(tenantId: string): Promise<readonly number[]> {
    const answer = await this.#client.request(`keys/${this.#name(tenantId)}`);
    if ('status' in answer) {
      if (answer.status === 404) return [];
      throw refused(answer.errors);
    }
    return Object.keys(read(keyInfo, answer.data).keys)
      .map(Number)
      .sort((a, b) => a - b);
  }

  async createEpoch(tenantId: string, epoch: number): Promise<void> {
    const name = this.#name(tenantId);
    // Rotating is not asked for twice by itself: each turn looks first whether it is done.
    for (let last = (await this.epochs(tenantId)).at(-1) ?? 0; last < epoch;) {
      if (last === 0) throw missing();
      await this.#ask(`keys/${name}/rotate`, {}, z.unknown(), 1);
      const next = (await this.epochs(tenantId)).at(-1) ?? 0;
      if (next <= last)
        throw new VouchError('KEYRING_INVALID', { message: 'The key service did not rotate.' });
      last = next;
    }
  }

  async destroyEpoch(tenantId: string, epoch: number): Promise<void> {
    const name = this.#name(tenantId);
    const epochs = await this.epochs(tenantId);
    if (!epochs.includes(epoch)) return;
    const lowest = epochs.find((each) => each > epoch);
    if (lowest === undefined || epochs[0] !== epoch)
      throw new VouchError('INTERNAL', {
        message: 'Epochs are destroyed from the lowest up, the last one never.',
      });
    // What is below both minimums may be trimmed, and is then deleted by the server.
    await this.#ask(
      `keys/${name}/config`,
      { min_decryption_version: lowest, min_encryption_version: lowest },
      z.unknown(),
    );
    await this.#ask(`keys/${name}/trim`, { min_available_version: lowest }, z.unknown());
    this.#checks.delete(`${name} ${epoch}`);
  }

  async checkValue(tenantId: string, epoch: number): Promise<Buffer> {
    const name = this.#name(tenantId);
    const known = this.#checks.get(`${name} ${epoch}`);
    if (known !== undefined) return known;
    const label = encodeFields({ use: 'vouch key check 1', tenant: tenantId, epoch });
    const value = sha256(
      Buffer.concat([
        await this.#hmac(name, label, epoch),
        await this.#hmac(`${name}-hash`, label, FIRST_EPOCH),
      ]),
    );
    this.#checks.set(`${name} ${epoch}`, value);
    return value;
  }

  async createDataKey(
    tenantId: string,
    speakerRef: string,
    epoch: number,
  ): Promise<{ key: DataKey; wrapped: WrappedKey }> {
    const { plaintext, ciphertext } = await this.#ask(
      `datakey/plaintext/${this.#name(tenantId)}`,
      { bits: 256, context: contextOf(tenantId, speakerRef), key_version: epoch },
      dataKeyAnswer,
    );
    const key = DataKey.from(Buffer.from(plaintext, 'base64'), tenantId, speakerRef);
    return { key, wrapped: wrappedKey(epoch, ciphertext) };
  }

  async openDataKey(tenantId: string, speakerRef: string, wrapped: WrappedKey): Promise<DataKey> {
    const ciphertext = wrapped.ciphertext.toString('latin1');
    if (versionOf(ciphertext) !== wrapped.epoch) throw new VouchError('CIPHERTEXT_INVALID');
    const answer = await this.#client.request(`decrypt/${this.#name(tenantId)}`, {
      ciphertext,
      context: contextOf(tenantId, speakerRef),
    });
    if ('status' in answer) {
      // The server does not say in a stable way why: a version that it has no key of is looked up.
      const there = (await this.epochs(tenantId)).includes(wrapped.epoch);
      throw there ? new VouchError('CIPHERTEXT_INVALID') : missing(wrapped.epoch);
    }
    const { plaintext } = read(decryptAnswer, answer.data);
    return DataKey.from(Buffer.from(plaintext, 'base64'), tenantId, speakerRef);
  }

  async rewrap(
    tenantId: string,
    epoch: number,
    keys: readonly OwnedKey[],
  ): Promise<readonly (WrappedKey | null)[]> {
    if (keys.length === 0) return [];
    const batch = keys.map(({ speakerRef, ciphertext }) => ({
      ciphertext: ciphertext.toString('latin1'),
      context: contextOf(tenantId, speakerRef),
      key_version: epoch,
    }));
    const { batch_results: results } = await this.#ask(
      `rewrap/${this.#name(tenantId)}`,
      { batch_input: batch },
      rewrapAnswer,
    );
    if (results.length !== keys.length)
      throw new VouchError('KEYRING_INVALID', { message: 'The key service left out keys of a batch.' });
    return results.map(({ ciphertext, error }) => (error === '' ? wrappedKey(epoch, ciphertext) : null));
  }

  async keyedHash(tenantId: string, label: string, value: string): Promise<Buffer> {
    // Remembered by a hash of their own, so that the ids do not stay in memory.
    const fields = encodeFields({ label, value });
    const remembered = sha256(encodeFields({ tenant: tenantId, label, value })).toString('base64');
    const known = this.#hashes.get(remembered);
    if (known !== undefined) return known;
    const hash = await this.#hmac(`${this.#name(tenantId)}-hash`, fields, FIRST_EPOCH);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size >= MOST_HASHES && oldest !== undefined) this.#hashes.delete(oldest);
    this.#hashes.set(remembered, hash);
    return hash;
  }

  async sign(tenantId: string, message: Uint8Array): Promise<Signature> {
    const { keyId } = await this.publicKey(tenantId);
    const { signature } = await this.#ask(
      `sign/${this.#name(tenantId)}-sign`,
      { input: Buffer.from(message).toString('base64') },
      signAnswer,
    );
    return { keyId, signature: bytesOf(signature) };
  }

  async publicKey(tenantId: string): Promise<PublicKey> {
    const answer = await this.#client.request(`keys/${this.#name(tenantId)}-sign`);
    if ('status' in answer) throw answer.status === 404 ? missing() : refused(answer.errors);
    return publicKeyOf(Buffer.from(read(signingKeyInfo, answer.data).keys[1].public_key, 'base64'));
  }

  async #hmac(name: string, input: Buffer, version: number): Promise<Buffer> {
    const answer = await this.#client.request(`hmac/${name}/sha2-256`, {
      input: input.toString('base64'),
      key_version: version,
    });
    if ('status' in answer) throw missing(version);
    return bytesOf(read(hmacAnswer, answer.data).hmac);
  }

  async #ask<T>(
    path: string,
    body: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    attempts?: number,
  ): Promise<T> {
    const answer = await this.#client.request(path, body, attempts);
    if ('status' in answer) throw refused(answer.errors);
    return read(schema, answer.data);
  }

  /** Names of keys are letters, digits, dots and dashes; ids of tenants are anything. */
  #name(tenantId: string): string {
    return `${this.#prefix}${sha256(encodeFields({ tenant: tenantId }))
      .toString('hex')
      .slice(0, 32)}`;
  }
}

function contextOf(tenantId: string, speakerRef: string): string {
  return encodeFields({ tenant: tenantId, speaker: speakerRef, use: 'data-key' }).toString('base64');
}

/** The server writes ciphertexts as `vault:v<version>:<base64>`: ASCII, stored as it is. */
function wrappedKey(epoch: number, ciphertext: string): WrappedKey {
  if (versionOf(ciphertext) !== epoch)
    throw new VouchError('KEYRING_INVALID', { message: 'The key service used another version of the key.' });
  return { epoch, ciphertext: Buffer.from(ciphertext, 'latin1') };
}

/** What stands behind `vault:v<version>:`. */
function bytesOf(value: string): Buffer {
  return Buffer.from(value.replace(/^vault:v\d+:/, ''), 'base64');
}

function versionOf(ciphertext: string): number {
  return Number(/^vault:v(\d+):/.exec(ciphertext)?.[1] ?? 0);
}

function read<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  // The answer may hold a key: nothing of it is told.
  throw new VouchError('KEYRING_INVALID', { message: 'The answer of the key service has another form.' });
}

function missing(epoch?: number): VouchError {
  return new VouchError('KEY_MISSING', epoch === undefined ? {} : { metadata: { epoch: String(epoch) } });
}

function refused(errors: readonly string[]): VouchError {
  if (errors.some((error) => /key not found/i.test(error))) return missing();
  return new VouchError('KEYRING_INVALID', { message: `The key service refused: ${errors.join('; ')}` });
}
