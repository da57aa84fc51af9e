import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiKeyHash } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Caller } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { findApiKey, getApiKey, noteApiKeyUse, type ApiKeyRow, type Database } from '../storage/index.js';

/** How long what the database said of a key counts, ms: a revocation is in force everywhere after this. */
const FRESH_MS = 1000;
/** How long it counts while the database does not answer, ms: as consent that was read, and nothing can be revoked meanwhile. */
const OUTAGE_MS = 60_000;
/** A database that takes longer than this does not answer, ms. */
const ANSWER_WITHIN_MS = 500;
/** Keys that are remembered, at most; as many again of those that there are not. */
const MOST_KEYS = 10_000;

/** What the database said. */
interface Known<Found extends FoundKey | null> {
  readonly askedAtMs: number;
  readonly found: Found;
}

interface FoundKey {
  readonly tenantId: string;
  readonly row: ApiKeyRow;
}

/** Finds out whose a key is. Only those parts of the key that are not secret reach the database or stay in memory. */
export class ApiKeyCheck {
  /** By the hash, the longest asked first. */
  readonly #known = new Map<string, Known<FoundKey>>();
  /** The same of keys that there are not: whoever makes keys up must not crowd out the others. */
  readonly #unknown = new Map<string, Known<null>>();
  /** What is being asked now. */
  readonly #asking = new Map<string, Promise<FoundKey | null>>();
  /** The day for which a key's use was noted last, by its id. */
  readonly #noted = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly nowMs = () => performance.now(),
  ) {}

  /** Throws UNAUTHENTICATED for what is no key; CREDENTIALS_ENDED for one that was revoked, or expired; DATABASE_UNAVAILABLE. */
  async caller(secret: string): Promise<Caller> {
    const hash = apiKeyHash(secret);
    const found = hash === null ? null : await this.#find(hash);
    if (found === null) throw new VouchError('UNAUTHENTICATED');
    const { tenantId, row } = found;
    const now = this.clock.now();
    if (row.revokedAt !== null || row.expiresAt <= now) throw new VouchError('CREDENTIALS_ENDED');
    this.#note(found, now);
    return { tenantId, roles: row.roles, actorId: row.actorId, authentication: 'API_KEY' };
  }

  async #find(hash: Buffer): Promise<FoundKey | null> {
    const name = hash.toString('base64');
    const known = this.#known.get(name) ?? this.#unknown.get(name);
    const ageMs = this.nowMs() - (known?.askedAtMs ?? -Infinity);
    if (known && ageMs < FRESH_MS) return known.found;
    const asking = this.#asking.get(name) ?? this.#begin(name, hash);
    if (!known || ageMs >= OUTAGE_MS) return asking;
    return Promise.race([
      asking.catch((error: unknown) => {
        if (isOutage(error)) return known.found;
        throw error;
      }),
      sleep(ANSWER_WITHIN_MS, known.found, { ref: false }),
    ]);
  }

  async #begin(name: string, hash: Buffer): Promise<FoundKey | null> {
    const askedAtMs = this.nowMs();
    const asking = this.#ask(hash);
    this.#asking.set(name, asking);
    try {
      const found = await asking;
      this.#known.delete(name);
      this.#unknown.delete(name);
      if (found) remember(this.#known, name, { askedAtMs, found });
      else remember(this.#unknown, name, { askedAtMs, found });
      return found;
    } finally {
      this.#asking.delete(name);
    }
  }

  async #ask(hash: Buffer): Promise<FoundKey | null> {
    const owner = await this.database.system((tx) => findApiKey(tx, hash));
    if (owner === null || !timingSafeEqual(owner.hash, hash)) return null;
    const { tenantId, keyId } = owner;
    const row = await this.database.tenant(tenantId, (tx) => getApiKey(tx, keyId));
    return row && { tenantId, row };
  }

  /** A day is enough to see which keys nobody uses. That it could not be noted is no reason to refuse anybody. */
  #note({ tenantId, row: { keyId, lastUsedOn } }: FoundKey, now: Date): void {
    const today = now.toISOString().slice(0, 10);
    if (lastUsedOn === today || this.#noted.get(keyId) === today) return;
    this.#noted.set(keyId, today);
    this.database
      .tenant(tenantId, (tx) => noteApiKeyUse(tx, keyId, now))
      .catch(() => this.#noted.delete(keyId));
  }
}

function remember<T>(map: Map<string, T>, name: string, what: T): void {
  map.set(name, what);
  const [oldest] = map.keys();
  if (map.size > MOST_KEYS && oldest !== undefined) map.delete(oldest);
}

function isOutage(error: unknown): boolean {
  return error instanceof VouchError && error.reason === 'DATABASE_UNAVAILABLE';
}
