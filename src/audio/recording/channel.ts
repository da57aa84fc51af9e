import { VouchError } from '../../errors.js';

/**
 * The channel to listen to, once it is known how many a file has. Of two there is no default: the other one is the agent,
 * who never consented. Throws CALLER_CHANNEL_MISSING.
 */
export function chosenChannel(callerChannel: number | undefined, channels: number): number {
  const channel = callerChannel ?? (channels === 1 ? 0 : undefined);
  if (channel === undefined) {
    throw new VouchError('CALLER_CHANNEL_MISSING', {
      field: 'callerChannel',
      message: 'The file has two channels; it must be said which is the caller.',
    });
  }
  if (!Number.isInteger(channel) || channel < 0 || channel >= channels) {
    throw new VouchError('CALLER_CHANNEL_MISSING', { field: 'callerChannel' });
  }
  return channel;
}
