import type { CallSession } from './call-session.js';
import type { CallStream } from './call-stream.js';
import type { EventQueue } from './event-queue.js';

/** A call that this process serves. */
export interface LiveCall {
  readonly session: CallSession;
  readonly stream: CallStream;
  readonly tenantId: string;
  readonly epoch: number;
  readonly maximumClaims: number;
  /** What its own stream is told. */
  readonly events: EventQueue;
}

/** Names a call among those of all tenants. */
export function callKey(tenantId: string, callId: string): string {
  return JSON.stringify([tenantId, callId]);
}
