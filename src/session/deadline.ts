import { VouchError } from '../errors.js';

/** After how long what was given up may be tried again, ms. */
const RETRY_AFTER_MS = 2000;

/** Lets what came by now pass; afterwards it throws DATABASE_UNAVAILABLE. */
export function deadline(withinMs: number): <T>(value: T) => T {
  const atMs = performance.now() + withinMs;
  return (value) => {
    if (performance.now() > atMs)
      throw new VouchError('DATABASE_UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS });
    return value;
  };
}
