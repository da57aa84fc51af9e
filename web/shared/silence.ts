/**
 * Nothing for this long, and a stream is taken for dead, ms: what was heard may not be relied on any more. The service gives
 * a sign of life every 5 s.
 */
export const SILENCE_MS = 12_000;
