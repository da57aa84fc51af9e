import { VouchError } from '../errors.js';
import { HeldKeyring } from './held-keyring.js';
import { readKeyFile, writeKeyFile } from './key-file.js';
import { newKey, newTenantKeys, TenantKeys, type EncodedTenantKeys } from './tenant-keys.js';

/** A process that runs forgets keys that another one destroyed within about this time, ms. */
const REREAD_MS = 60_000;

type Change = (keys: EncodedTenantKeys | undefined) => EncodedTenantKeys | undefined;

/** A keyring in a file of mode 0600, which does not belong on the database's disk or in its backups. */
export class FileKeyring extends HeldKeyring {
  #tenants = new Map<string, TenantKeys>();
  #readAt = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly rereadMs: number,
  ) {
    super();
  }

  /**
   * Reads the file. One that is not there is an empty keyring: it is written with the first tenant.
   *
   * @throws KEYRING_INVALID
   */
  static async open(path: string, rereadMs = REREAD_MS): Promise<FileKeyring> {
    const keyring = new FileKeyring(path, rereadMs);
    await keyring.#read();
    return keyring;
  }

  async createTenantKeys(tenantId: string): Promise<void> {
    await this.#change(tenantId, (keys) => {
      if (keys !== undefined) throw new VouchError('TENANT_EXISTS');
      return newTenantKeys();
    });
  }

  async createEpoch(tenantId: string, epoch: number): Promise<void> {
    await this.#change(tenantId, (keys) => {
      if (keys === undefined) throw new VouchError('KEY_MISSING');
      if (keys.epochs[epoch] !== undefined) return undefined;
      return { ...keys, epochs: { ...keys.epochs, [epoch]: newKey() } };
    });
  }

  async destroyEpoch(tenantId: string, epoch: number): Promise<void> {
    await this.#change(tenantId, (keys) => {
      if (keys?.epochs[epoch] === undefined) return undefined;
      const left = Object.entries(keys.epochs).filter(([each]) => each !== String(epoch));
      if (left.length === 0)
        throw new VouchError('INTERNAL', { message: 'The last epoch key is not destroyed.' });
      return { ...keys, epochs: Object.fromEntries(left) };
    });
  }

  /**
   * Reads the file again before it says that a key is missing, since another process may have added it, and from time to
   * time, since one may have been destroyed. A file that cannot be read by then changes nothing: calls run on it.
   */
  protected override async find(tenantId: string, epoch?: number): Promise<TenantKeys | undefined> {
    if (Date.now() - this.#readAt >= this.rereadMs) await this.#reread();
    const known = this.#tenants.get(tenantId);
    if (known !== undefined && (epoch === undefined || known.hasEpoch(epoch))) return known;
    await this.#read();
    return this.#tenants.get(tenantId);
  }

  /** One change after the other: each reads the file and writes it whole. */
  async #change(tenantId: string, change: Change): Promise<void> {
    const turn = this.#writing.then(async () => {
      const tenants = await this.#readFile();
      const changed = change(tenants.get(tenantId));
      if (changed === undefined) return;
      await writeKeyFile(this.path, tenants.set(tenantId, changed));
      this.#tenants.set(tenantId, new TenantKeys(tenantId, changed));
    });
    this.#writing = turn.catch(() => undefined);
    await turn;
  }

  async #read(): Promise<void> {
    this.#hold(await this.#readFile());
  }

  /** Tenants do not go away: a file that lacks one whose keys are held is another one, or none, and is not taken for it. */
  async #readFile(): Promise<Map<string, EncodedTenantKeys>> {
    const encoded = await readKeyFile(this.path);
    if (![...this.#tenants.keys()].every((tenantId) => encoded.has(tenantId)))
      throw new VouchError('KEYRING_INVALID', {
        message: 'The keyring file lacks keys of a tenant that it had. Restore it.',
      });
    return encoded;
  }

  async #reread(): Promise<void> {
    this.#readAt = Date.now(); // At once: others who come meanwhile need not read it, too.
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof VouchError)) throw error;
    }
  }

  #hold(encoded: ReadonlyMap<string, EncodedTenantKeys>): void {
    this.#readAt = Date.now();
    this.#tenants = new Map(
      [...encoded].map(([tenantId, keys]) => [tenantId, new TenantKeys(tenantId, keys)]),
    );
  }
}
