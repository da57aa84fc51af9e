import { VouchError } from '../../errors.js';
import type { ControlPoller } from '../../session/index.js';

/**
 * Waits until what was recorded holds in this process's running calls. Where that cannot be told, the caller is told to
 * repeat the request: with its idempotency key it records nothing twice.
 */
export async function inForce(poller: ControlPoller): Promise<void> {
  if (!(await poller.poke())) throw new VouchError('DATABASE_UNAVAILABLE', { retryAfterMs: 1000 });
}
