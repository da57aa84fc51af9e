import { VouchError } from '../errors.js';

/** How often it is asked again whether whoever has a stream may still have it, ms. */
const EVERY_MS = 30_000;

/** What ends a stream; a database or an issuer of tokens that cannot be asked does not. */
const ENDS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED']);

/**
 * Watches over who has a stream: credentials expire and are revoked while it runs, and calls are handed over.
 *
 * @param check throws what is wrong
 */
export class Standing {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(check: () => Promise<void>, everyMs = EVERY_MS) {
    this.#timer = setInterval(() => {
      check().catch((error: unknown) => {
        if (!(error instanceof VouchError) || !ENDS.has(error.kind)) return;
        this.end();
        this.#over.abort(error);
      });
    }, everyMs).unref();
  }

  /** Aborted, with the error as its reason, when the stream must end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** No more checks. */
  end(): void {
    clearInterval(this.#timer);
  }
}
