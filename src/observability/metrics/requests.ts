import { Counter, Histogram, type Registry } from 'prom-client';

/** A request that is over. Names are those of the contract. */
export interface FinishedRequest {
  readonly transport: 'grpc' | 'http';
  readonly service: string;
  readonly method: string;
  /** Whether answers or requests are a stream, whose length says nothing of how fast it was. */
  readonly isStream: boolean;
  /** google.rpc.Code by name. */
  readonly code: string;
  readonly tookMs: number;
}

/** Requests: how they end, how long they take. */
export class RequestMetrics {
  readonly #requests: Counter<'transport' | 'service' | 'method' | 'code'>;
  readonly #seconds: Histogram<'service' | 'method'>;
  readonly #denials: Counter<'purpose' | 'reason'>;
  readonly #unknown: Counter<'transport' | 'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'vouch_requests_total',
      help: 'Requests that are over, by their status code.',
      labelNames: ['transport', 'service', 'method', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'vouch_request_duration_seconds',
      help: 'How long requests took that stream nothing.',
      labelNames: ['service', 'method'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#denials = new Counter({
      name: 'vouch_consent_denials_total',
      help: 'How often the consent gate said that there is no ground, by purpose and reason.',
      labelNames: ['purpose', 'reason'],
      registers,
    });
    this.#unknown = new Counter({
      name: 'vouch_bad_credentials_total',
      help: 'Requests whose credentials did not count, by what was told.',
      labelNames: ['transport', 'reason'],
      registers,
    });
  }

  finished({ transport, service, method, isStream, code, tookMs }: FinishedRequest): void {
    this.#requests.inc({ transport, service, method, code });
    if (!isStream) this.#seconds.observe({ service, method }, tookMs / 1000);
  }

  /** @param reason one of those of authentication */
  unknown(transport: 'grpc' | 'http', reason: string): void {
    this.#unknown.inc({ transport, reason });
  }

  denied(purpose: string, reason: string): void {
    this.#denials.inc({ purpose, reason });
  }
}
