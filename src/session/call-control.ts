import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { KeptControl } from './call-control-store.js';
import type { Calls } from './calls.js';
import type { ControlPoller } from './control-poller.js';

/** How long the process that serves a call may take to carry out a change, ms. */
const ACKNOWLEDGE_WITHIN_MS = 2000;
const ASK_EVERY_MS = 50;

/** Pauses and resumes calls by their id, before, during and across their streams, wherever they are served. */
export class CallControl {
  constructor(
    private readonly calls: Calls,
    private readonly poller: ControlPoller,
  ) {}

  /**
   * Pauses a call. One of this process is paused at once, whatever the database says.
   *
   * @returns once the pause is stored and every buffer of the call is empty
   * @throws DATABASE_UNAVAILABLE (a call of this process is paused all the same), OWNER_UNREACHABLE, CALL_ENDED
   */
  async pause(
    principal: Principal,
    callId: string,
    reason: string,
    key: string,
  ): Promise<{ pausedAt: Date; wasLive: boolean }> {
    const here = this.calls.find(principal.tenantId, callId)?.session;
    const wasPaused = here?.paused ?? false;
    here?.pause(reason, 'REQUEST');
    const call = await this.calls.store.controls
      .pause(principal, callId, reason, key)
      .catch((error: unknown) => {
        // It holds here, and the database gets to know of it when it is back.
        if (here && !wasPaused) this.calls.keepControl(here, true, reason);
        throw error;
      });
    if (here && call.paused) here.controlVersion = Math.max(here.controlVersion, call.controlVersion);
    // A request that was carried out long ago does not pause a call that was resumed since.
    if (!call.paused && !wasPaused) here?.resume('REQUEST');
    await this.#carriedOut(principal, callId, call);
    return { pausedAt: call.changedAt, wasLive: call.state === 'LIVE' };
  }

  /** Ends a pause. Throws CALL_NOT_FOUND, CALL_ENDED, DATABASE_UNAVAILABLE, OWNER_UNREACHABLE. */
  async resume(principal: Principal, callId: string, key: string): Promise<{ resumedAt: Date }> {
    const call = await this.calls.store.controls.resume(principal, callId, key);
    await this.#carriedOut(principal, callId, call);
    return { resumedAt: call.changedAt };
  }

  /** Waits until whoever serves the call has carried out what was stored. */
  async #carriedOut({ tenantId }: Principal, callId: string, call: KeptControl): Promise<void> {
    if (call.state !== 'LIVE') return;
    await this.poller.poke();
    const deadline = Date.now() + ACKNOWLEDGE_WITHIN_MS;
    for (;;) {
      const now = await this.calls.store.reads.find(tenantId, callId);
      if (now?.state !== 'LIVE' || now.appliedControlVersion >= call.controlVersion) return;
      if (Date.now() >= deadline) throw new VouchError('OWNER_UNREACHABLE', { retryAfterMs: 1000 });
      await sleep(ASK_EVERY_MS);
    }
  }
}
