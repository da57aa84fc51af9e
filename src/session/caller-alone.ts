import { VouchError } from '../errors.js';
import type { Calls } from './calls.js';
import type { LiveCall } from './live-call.js';
import { checkCallerAlone } from './mixed-audio.js';

/**
 * A live call in which the caller alone is heard. Where the policy lets a mix of both parties be compared, nothing may be made
 * of it all the same: part of what is heard is the agent.
 *
 * @throws CALL_NOT_FOUND, MIXED_AUDIO_REFUSED
 */
export function callOfCallerAlone(calls: Calls, tenantId: string, callId: string): LiveCall {
  const live = calls.find(tenantId, callId);
  if (!live)
    throw new VouchError('CALL_NOT_FOUND', {
      field: 'call_id',
      message: 'The call is not live: it has ended, its stream is broken, or it never began.',
    });
  checkCallerAlone(live.session.start);
  return live;
}
