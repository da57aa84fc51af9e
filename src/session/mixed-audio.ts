import type { CallStart } from '../domain/call.js';
import { VouchError } from '../errors.js';

/** Throws MIXED_AUDIO_REFUSED for a mix of both parties. */
export function checkCallerAlone({ layout }: Pick<CallStart, 'layout'>): void {
  if (layout === 'MIXED')
    throw new VouchError('MIXED_AUDIO_REFUSED', { field: 'start.format.channel_layout' });
}
