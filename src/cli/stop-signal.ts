/** Aborts with the first Ctrl-C or `kill`, for an end in good order; the second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort(new Error('Interrupted.'));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return controller.signal;
}

/**
 * Aborts with `signal`, and after `ms` at the latest. Not by AbortSignal.timeout, which is collected as garbage, and never
 * aborts, where nothing but AbortSignal.any knows of it.
 */
export function atMost(signal: AbortSignal, ms: number): AbortSignal {
  const enough = new AbortController();
  setTimeout(() => {
    enough.abort();
  }, ms).unref();
  return AbortSignal.any([signal, enough.signal]);
}
