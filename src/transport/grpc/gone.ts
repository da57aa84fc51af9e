import { setTimeout as sleep } from 'node:timers/promises';

/** How much later than the half-close it is known that the client is gone, ms: 2 were measured. */
const KNOWN_WITHIN_MS = 20;

/**
 * Whether a client whose messages ended is gone. One that vanishes looks as if it had half-closed: grpc-js ends the
 * messages first and tells of the cancellation a moment later.
 */
export async function isGone(signal: AbortSignal): Promise<boolean> {
  await sleep(KNOWN_WITHIN_MS, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}
