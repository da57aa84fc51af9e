import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Clock } from '../domain/clock.js';
import { VouchError } from '../errors.js';
import { WatchedFiles } from './watched-files.js';

/** Where public keys come from: exactly one of the two. */
export type KeySetSource = { readonly url: string } | { readonly path: string };

/** Keys are fetched anew after this time, ms, so that those that the issuer took back go. */
const REFRESH_MS = 5 * 60_000;
/** While the issuer cannot be reached, what it said last counts for this long, ms. */
const OUTAGE_MS = 24 * 3_600_000;
/** Whoever sends tokens with made-up key ids makes the service ask this often at most, ms. */
const COOLDOWN_MS = 30_000;
/** The same after a failure, ms. */
const RETRY_MS = 5_000;
const FETCH_WITHIN_MS = 5_000;
const MOST_BYTES = 1 << 20;

const KeySetForm = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** The public keys of an issuer of tokens (RFC 7517), kept through outages and read again as they change. */
export class KeySet {
  #find: JWTVerifyGetKey | undefined;
  #readAtMs = -Infinity;
  #triedAtMs = -Infinity;
  #failed = false;
  readonly #file: WatchedFiles;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly source: KeySetSource,
    private readonly clock: Clock,
  ) {
    this.#file = new WatchedFiles('path' in source ? [source.path] : []);
  }

  /**
   * The key that a token names, for `jose`. Asks the issuer about one that is not known.
   *
   * @throws JWKSNoMatchingKey of `jose`; IDENTITY_PROVIDER_UNAVAILABLE where only the issuer could tell, and cannot
   */
  readonly key: JWTVerifyGetKey = async (header, token) => {
    const ageMs = this.#nowMs - this.#readAtMs;
    if (ageMs > OUTAGE_MS) await this.#read();
    else if (ageMs > REFRESH_MS) this.#read().catch(() => undefined);
    try {
      return await this.#lookUp(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.#read();
    return this.#lookUp(header, token);
  };

  /** Reads the keys for the first time. Never throws: the issuer may be there later. */
  async open(): Promise<void> {
    await this.#read().catch(() => undefined);
  }

  get #nowMs(): number {
    return this.clock.now().getTime();
  }

  #lookUp(...[header, token]: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    if (!this.#find) throw new VouchError('IDENTITY_PROVIDER_UNAVAILABLE', { retryAfterMs: RETRY_MS });
    return this.#find(header, token);
  }

  /** Once at a time, and not too often; throws what the last attempt did. */
  async #read(): Promise<void> {
    const unavailable = () => new VouchError('IDENTITY_PROVIDER_UNAVAILABLE', { retryAfterMs: RETRY_MS });
    const sinceMs = this.#nowMs - this.#triedAtMs;
    if (!this.#reading && 'url' in this.source && sinceMs < (this.#failed ? RETRY_MS : COOLDOWN_MS)) {
      if (this.#failed) throw unavailable();
      return;
    }
    this.#reading ??= this.#tryRead().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    if (this.#failed) throw unavailable();
  }

  async #tryRead(): Promise<void> {
    this.#triedAtMs = this.#nowMs;
    try {
      const { source } = this;
      const find =
        'url' in source
          ? lookUpIn(await download(source.url))
          : await this.#file.changed(async () => lookUpIn(await readFile(source.path, 'utf8')));
      this.#find = find ?? this.#find;
      this.#readAtMs = this.#nowMs;
      this.#failed = false;
    } catch {
      // What the issuer answered is nobody's to read.
      this.#failed = true;
    }
  }
}

/** Reads an issuer's keys as the service would. Returns how many of them count. Throws where they cannot be read. */
export async function checkKeySet(source: KeySetSource): Promise<number> {
  const keys = keysIn('url' in source ? await download(source.url) : await readFile(source.path, 'utf8'));
  if (keys.length === 0) throw new Error('There are no keys.');
  return keys.length;
}

/** Throws for what is no set of keys. */
function lookUpIn(text: string): JWTVerifyGetKey {
  return createLocalJWKSet({ keys: keysIn(text) });
}

/** Secrets are nobody's public keys. */
function keysIn(text: string) {
  return KeySetForm.parse(JSON.parse(text)).keys.filter(({ kty }) => kty !== 'oct');
}

async function download(url: string): Promise<string> {
  const signal = AbortSignal.timeout(FETCH_WITHIN_MS);
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (!response.ok || !response.body) throw new Error('There are no keys.');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error('That is too much.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
