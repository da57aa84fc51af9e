import { setTimeout as sleep } from 'node:timers/promises';
import { READ_EVERY_MS } from './paced-reads.js';

/**
 * After so many reads of the connection it is known that the client is gone: half-close and reset leave it together, and
 * arrive within one or two. Reads are counted and not time, since a process that was held up has read nothing meanwhile.
 */
const KNOWN_AFTER_READS = 6;

/**
 * Whether a client whose messages ended is gone. One that vanishes looks as if it had half-closed: its library ends the
 * messages first and resets the stream right after. Taken for a hang-up, it could not take its call up again.
 */
export async function isGone(signal: AbortSignal): Promise<boolean> {
  for (let reads = 0; reads < KNOWN_AFTER_READS && !signal.aborted; reads++)
    await sleep(READ_EVERY_MS, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}
