import { listTenants, type Database } from '../storage/index.js';
import type { KeyActor, Keys } from './keys.js';
import type { KeyWork, KeyWorkDone } from './key-work.js';

export interface KeyKeeperParts {
  readonly database: Database;
  readonly keys: Keys;
  readonly work: KeyWork;
  /** Told of a tenant whose keys could not be kept; the next round tries again. */
  readonly onFailure: (error: unknown) => void;
  /** Told of data keys that do not open. */
  readonly onUnreadable: (done: KeyWorkDone) => void;
}

/** How the keys of all tenants are. */
interface Seen {
  /** When the oldest epoch key in use was made; null where there is none. */
  oldestAt: Date | null;
  /** Data keys that do not open. */
  unreadable: number;
}

/** How often all tenants are looked at, ms. */
const EVERY_MS = 600_000;

/**
 * Keeps the keys of all tenants as they are meant to be: rotates what is due, goes on with work that was asked for or cut
 * off, destroys what has expired. In the background of every process; the work itself is done by one at a time.
 */
export class KeyKeeper {
  readonly #parts: KeyKeeperParts;
  readonly #stopped = new AbortController();
  readonly #asked = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #lastSeen: Readonly<Seen> | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: KeyKeeperParts) {
    this.#parts = parts;
  }

  /** The first round begins at once: a process that crashed may have left work. */
  start(): void {
    this.#enqueue(() => this.#round());
  }

  /** Looks at a tenant at once, in the background. */
  poke(tenantId: string): void {
    if (this.#asked.has(tenantId)) return;
    this.#asked.add(tenantId);
    this.#enqueue(async () => {
      this.#asked.delete(tenantId);
      await this.#keep(tenantId);
    });
  }

  /** What the last round over all tenants has seen; undefined before the first is over. */
  get lastSeen(): Readonly<Seen> | undefined {
    return this.#lastSeen;
  }

  /** Ends the work after the transaction under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  /**
   * Everything that is to be done for a tenant. A rotation that is out of reach, since its key must come from elsewhere
   * first, keeps nothing else from being done.
   *
   * @param seen to which what is seen is added
   * @throws what the database and the keyring throw
   */
  async maintain(tenantId: string, seen: Seen = { oldestAt: null, unreadable: 0 }): Promise<void> {
    const { keys, work, onUnreadable } = this.#parts;
    const actor: KeyActor = { tenantId, role: 'SERVICE', actorId: 'vouch' };
    const { epoch, createdAt, isDue } = await keys.inUse(tenantId);
    if (createdAt < (seen.oldestAt ?? Infinity)) seen.oldestAt = createdAt;
    // The same key from every process: they rotate once.
    const rotated = isDue ? await Promise.allSettled([keys.rotate(actor, `due ${epoch}`)]) : null;
    const done = await work.run(actor, this.#stopped.signal);
    seen.unreadable += done.unreadable;
    if (done.unreadable > 0) onUnreadable(done);
    await keys.destroyExpired(actor);
    if (rotated?.[0].status === 'rejected') throw rotated[0].reason;
  }

  #enqueue(work: () => Promise<void>): void {
    this.#running = this.#running.then(work).catch((error: unknown) => {
      this.#tell(error);
    });
  }

  async #round(): Promise<void> {
    const seen: Seen = { oldestAt: null, unreadable: 0 };
    try {
      for (const tenantId of await this.#parts.database.system(listTenants)) {
        if (this.#stopped.signal.aborted) return;
        await this.#keep(tenantId, seen);
      }
      this.#lastSeen = seen;
    } finally {
      this.#timer = setTimeout(() => {
        this.start();
      }, EVERY_MS).unref();
    }
  }

  /** One tenant whose keys are out of reach is no reason to leave the others. */
  async #keep(tenantId: string, seen?: Seen): Promise<void> {
    try {
      if (!this.#stopped.signal.aborted) await this.maintain(tenantId, seen);
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!this.#stopped.signal.aborted) this.#parts.onFailure(error);
  }
}
