import { setImmediate as eventLoopTurn, setTimeout as sleep } from 'node:timers/promises';

/**
 * How much later than the half-close it is known that the client is gone, ms: both leave the client together, and arrive
 * within one or two of the connection's paced reads (`PacedReads`, every 40 ms).
 */
const KNOWN_WITHIN_MS = 200;

/**
 * Whether a client whose messages ended is gone. One that vanishes looks as if it had half-closed: its library ends the
 * messages first and resets the stream right after. Taken for a hang-up, it could not take its call up again.
 */
export async function isGone(signal: AbortSignal): Promise<boolean> {
  await sleep(KNOWN_WITHIN_MS, undefined, { signal }).catch(() => undefined);
  // A process that was held up reads what came meanwhile after its timers.
  for (let turns = 0; turns < 2 && !signal.aborted; turns++) await eventLoopTurn();
  return signal.aborted;
}
