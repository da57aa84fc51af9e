import { VouchError } from '../errors.js';
import type { CallSession } from './call-session.js';
import type { CallStream } from './call-stream.js';

/** A call that this process serves. */
export interface LiveCall {
  readonly session: CallSession;
  readonly stream: CallStream;
  readonly tenantId: string;
  readonly epoch: number;
  readonly maximumClaims: number;
}

/** Names a call among those of all tenants. */
export function callKey(tenantId: string, callId: string): string {
  return JSON.stringify([tenantId, callId]);
}

/** The calls that this process serves, each with the latest of its streams. */
export class LiveCalls implements Iterable<LiveCall> {
  readonly #calls = new Map<string, LiveCall>();

  get size(): number {
    return this.#calls.size;
  }

  [Symbol.iterator](): Iterator<LiveCall> {
    return this.#calls.values();
  }

  find(tenantId: string, callId: string): LiveCall | undefined {
    return this.#calls.get(callKey(tenantId, callId));
  }

  add(live: LiveCall): void {
    this.#calls.set(callKey(live.tenantId, live.session.callId), live);
  }

  /** Cuts off an earlier stream of a call. Throws CALL_TAKEN_OVER where a later one has it. */
  supersede(tenantId: string, callId: string, epoch: number): void {
    const live = this.find(tenantId, callId);
    if (live && live.epoch > epoch) throw new VouchError('CALL_TAKEN_OVER');
    live?.stream.fail(new VouchError('CALL_TAKEN_OVER'));
  }

  /** Returns what was removed: nothing where another stream has the call. */
  remove(session: CallSession): LiveCall | undefined {
    const { tenantId } = session.principal;
    const live = this.find(tenantId, session.callId);
    if (live?.session !== session) return undefined;
    this.#calls.delete(callKey(tenantId, session.callId));
    return live;
  }
}
