import { networkOf, peerAddress } from '../access/index.js';
import { VouchError, type ErrorReason } from '../errors.js';
import type { BegunRequest } from './observer.js';

export interface BadCredentialsParts {
  /** So many in a minute from one network are told what is wrong. */
  readonly perMinute: number;
  /** Told of every one. */
  readonly told: (transport: 'grpc' | 'http', reason: ErrorReason) => void;
  /** Networks that are told apart, at most. Default 10,000. */
  readonly mostNetworks?: number;
  readonly nowMs?: () => number;
}

const MINUTE_MS = 60_000;

/**
 * Counts credentials that do not count, by the network that they come from. Beyond the limit their answer is
 * TOO_MANY_BAD_CREDENTIALS, until the minute is over. Only failures come here: behind an address that many share, or a proxy,
 * good credentials pass whatever others send.
 */
export class BadCredentials {
  /** By network, the longest known first. */
  readonly #networks = new Map<string, { readonly sinceMs: number; count: number }>();
  readonly #parts: Required<BadCredentialsParts>;

  constructor(parts: BadCredentialsParts) {
    this.#parts = { mostNetworks: 10_000, nowMs: () => performance.now(), ...parts };
  }

  /** What is told in place of an error of authentication. */
  readonly answer = (
    { transport, peer = '' }: Pick<BegunRequest, 'transport' | 'peer'>,
    error: unknown,
  ): unknown => {
    if (!(error instanceof VouchError) || error.kind !== 'UNAUTHENTICATED') return error;
    const retryAfterMs = this.#count(networkOf(peerAddress(peer)));
    const told = retryAfterMs > 0 ? new VouchError('TOO_MANY_BAD_CREDENTIALS', { retryAfterMs }) : error;
    this.#parts.told(transport, told.reason);
    return told;
  };

  /** Returns for how long more the network is beyond its limit, ms; 0: it is not. */
  #count(network: string): number {
    const { perMinute, mostNetworks, nowMs } = this.#parts;
    const now = nowMs();
    let known = this.#networks.get(network);
    if (!known || now - known.sinceMs >= MINUTE_MS) {
      known = { sinceMs: now, count: 0 };
      this.#networks.delete(network);
      this.#networks.set(network, known);
      const [oldest] = this.#networks.keys();
      if (this.#networks.size > mostNetworks && oldest !== undefined) this.#networks.delete(oldest);
    }
    known.count++;
    return known.count > perMinute ? Math.ceil(known.sinceMs + MINUTE_MS - now) : 0;
  }
}
