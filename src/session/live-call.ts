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
