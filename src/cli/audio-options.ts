import { Option, type Command } from 'commander';
import { AudioEncoding, ChannelLayout, type AudioFormat } from '../gen/vouch/v1/common.js';
import type { AudioFile, RawFormat } from './audio-file.js';
import { UsageError } from './failure.js';
import { wholeNumber } from './options.js';

const ENCODINGS = {
  pcm: AudioEncoding.PCM_S16LE,
  mulaw: AudioEncoding.MULAW,
  alaw: AudioEncoding.ALAW,
} as const;

export interface AudioFormatOptions {
  readonly format?: keyof typeof ENCODINGS;
  readonly rate?: number;
  readonly channels: number;
  readonly channel?: number;
}

/** Options that say what a file without a header holds, and which channel is the caller. */
export function audioFormatOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <encoding>', 'what a file without a header holds').choices(Object.keys(ENCODINGS)),
    )
    .option('--rate <hz>', 'its samples per second', wholeNumber(1))
    .option('--channels <n>', 'its channels, 1 or 2', wholeNumber(1), 1)
    .option('--channel <n>', "the caller's channel, from 0", wholeNumber(0));
}

/** The caller's channel of a file that is to be streamed. With two there is no default: the other party is never read. */
export function callerChannel(file: AudioFile, options: AudioFormatOptions): number {
  if (options.channel === undefined && file.channels > 1) {
    throw channelMissing();
  }
  return options.channel ?? 0;
}

function channelMissing(): UsageError {
  return new UsageError('The file has two channels; --channel must say which is the caller.');
}

/** The format of a headerless file; undefined for a file that says so itself. */
export function rawFormat(options: AudioFormatOptions): RawFormat | undefined {
  const { format, rate, channels } = options;
  if (format === undefined) {
    if (rate !== undefined) throw new UsageError('--rate belongs to --format, for files without a header.');
    return undefined;
  }
  if (rate === undefined) throw new UsageError('--format needs --rate.');
  if (channels > 2) throw new UsageError('Audio has one or two channels.');
  return { encoding: ENCODINGS[format], sampleRateHz: rate, channels };
}

/** The same, as the contract says it for recordings. */
export function recordingFormat(options: AudioFormatOptions): AudioFormat | undefined {
  const raw = rawFormat(options);
  if (raw === undefined) return undefined;
  if (options.channel === undefined && raw.channels > 1) throw channelMissing();
  return {
    encoding: raw.encoding,
    sampleRateHz: raw.sampleRateHz,
    channelLayout: raw.channels === 2 ? ChannelLayout.SPLIT : ChannelLayout.CALLER_ONLY,
    callerChannel: options.channel ?? 0,
  };
}
