import { setTimeout as sleep } from 'node:timers/promises';
import { VouchError } from '../errors.js';

export interface TransitOptions {
  /** Of the service, for example `https://bao.internal:8200`. */
  readonly url: string;
  /** Where its transit engine is mounted. */
  readonly mount: string;
  /** What the names of the tenants' keys begin with. */
  readonly keyPrefix: string;
  /** Asked before every request: tokens are renewed while the service runs. */
  readonly token: () => Promise<string>;
  /** How long one attempt may take, ms. Default 1000: all attempts end before the database gives up the transaction. */
  readonly timeoutMs?: number;
}

/** What a request failed with: the service understood it, and refused. */
export interface TransitRefusal {
  readonly status: number;
  /** In the service's words. */
  readonly errors: readonly string[];
}

/** Waits before the second and the third attempt, ms; there is no fourth. */
const RETRY_AFTER_MS = [100, 400];

// https://openbao.org/api-docs/#http-status-codes: 429 too many requests, 5xx its own trouble, 472 and 473 standby.
const isTransient = (status: number): boolean =>
  status === 429 || status === 472 || status === 473 || status >= 500;

/** The transit secrets engine of an OpenBao or Vault server over HTTP, https://openbao.org/api-docs/secret/transit/. */
export class TransitClient {
  readonly #base: string;
  readonly #timeoutMs: number;

  constructor(private readonly options: TransitOptions) {
    this.#base = `${options.url.replace(/\/+$/, '')}/v1/${options.mount}`;
    this.#timeoutMs = options.timeoutMs ?? 1000;
  }

  /**
   * Asks; again where the service did not answer or was in trouble, up to three times.
   *
   * @param body - JSON; undefined: a reading request
   * @param attempts - 1 for what must not be done twice
   * @returns the answer's `data`, or why it was refused
   * @throws KEY_SERVICE_UNAVAILABLE; KEYRING_INVALID where the token is not accepted
   */
  async request(
    path: string,
    body?: Readonly<Record<string, unknown>>,
    attempts = RETRY_AFTER_MS.length + 1,
  ): Promise<{ data: unknown } | TransitRefusal> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#attempt(path, body);
      if (answer !== null) return answer;
      if (attempt + 1 >= attempts) throw new VouchError('KEY_SERVICE_UNAVAILABLE', { retryAfterMs: 1000 });
      await sleep(RETRY_AFTER_MS[attempt] ?? 0);
    }
  }

  /** Null where another attempt may help. */
  async #attempt(
    path: string,
    body: Readonly<Record<string, unknown>> | undefined,
  ): Promise<{ data: unknown } | TransitRefusal | null> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.#base}/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'X-Vault-Token': await this.options.token(), 'X-Vault-Request': 'true' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#timeoutMs),
        redirect: 'error', // A token is for this server only.
      });
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      if (error instanceof VouchError) throw error;
      return null;
    }
    if (isTransient(status)) return null;
    if (status === 403) {
      throw new VouchError('KEYRING_INVALID', {
        message: 'The key service does not accept the token, or the token may not do this.',
      });
    }
    const { data, errors } = parse(text);
    return status < 300 ? { data } : { status, errors };
  }
}

function parse(text: string): { data: unknown; errors: readonly string[] } {
  if (text === '') return { data: null, errors: [] };
  try {
    const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
    return { data, errors: Array.isArray(errors) ? errors.map(String) : [] };
  } catch {
    throw new VouchError('KEYRING_INVALID', {
      message: 'The key service answered something else than JSON.',
    });
  }
}
