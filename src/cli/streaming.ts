import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelLayout, type AudioFormat } from '../gen/vouch/v1/common.js';
import type {
  CreateEnrolmentJobRequest,
  EnrolFromRecordingRequest,
  EnrolmentJobStart,
  EnrolmentStart,
} from '../gen/vouch/v1/enrolment.js';
import type {
  CallEvent,
  CallStart,
  DeepPartial,
  RecordingStart,
  StreamCallRequest,
  VerifyRecordingRequest,
} from '../gen/vouch/v1/verification.js';
import { readBytes, readPieces, type AudioFile } from './audio-file.js';
import type { Connection } from './connection.js';

/** What a platform sends for each packet of a call, ms. */
const FRAME_MS = 20;
/** What is sent at a time when nothing but flow control sets the pace, ms. */
const PIECE_MS = 200;
/** Bytes of a recording in one message; the contract allows 1 MiB. */
const RECORDING_PIECE_BYTES = 64 * 1024;

export interface StreamOptions {
  /** Times real time; undefined: as fast as flow control lets it. */
  readonly pace?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How a file is read in pieces of so many ms; by itself from beginning to end. */
  readonly read?: typeof readPieces | undefined;
  /** Called before the piece that begins at this time of the audio clock is sent; awaited. */
  readonly before?: ((mediaMs: number) => Promise<void>) | undefined;
}

/** The start's format for a file. Two channels are split: the caller's is the one that is listened to. */
export function streamFormat(file: AudioFile, callerChannel: number): AudioFormat {
  return {
    encoding: file.encoding,
    sampleRateHz: file.sampleRateHz,
    channelLayout: file.channels === 1 ? ChannelLayout.CALLER_ONLY : ChannelLayout.SPLIT,
    callerChannel,
  };
}

/** Streams a file as a call, and tells what comes back, as it comes. Ends with the call. */
export async function* streamFile(
  connection: Connection,
  start: DeepPartial<CallStart>,
  file: AudioFile,
  options: StreamOptions = {},
): AsyncGenerator<CallEvent> {
  const requests = callRequests(start, file, options);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  for await (const { event } of connection.verification.streamCall(requests, call)) {
    if (event) yield event;
  }
}

/** The messages of a call; nice-grpc takes the next one when the transport has room for it. */
async function* callRequests(
  start: DeepPartial<CallStart>,
  file: AudioFile,
  options: StreamOptions,
): AsyncGenerator<DeepPartial<StreamCallRequest>> {
  const { pace, before, signal, read = readPieces } = options;
  yield { message: { $case: 'start', value: start } };
  const pieceMs = pace === undefined ? PIECE_MS : FRAME_MS;
  const startedAtMs = performance.now();
  let mediaMs = 0;
  for await (const data of read(file, pieceMs)) {
    // Against the clock and not from packet to packet, so that delays do not add up.
    if (pace !== undefined) await sleepUntil(startedAtMs + mediaMs / pace, signal);
    await before?.(mediaMs);
    yield { message: { $case: 'audio', value: { data } } };
    mediaMs += pieceMs;
  }
  if (pace !== undefined) await sleepUntil(startedAtMs + mediaMs / pace, signal);
  yield { message: { $case: 'end', value: { reason: 'end-of-file' } } };
}

async function sleepUntil(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
  const delay = timeMs - performance.now();
  if (delay > 0) await sleep(delay, undefined, signal === undefined ? {} : { signal });
}

/** The messages of a recording to enrol from. */
export async function* enrolmentRequests(
  start: DeepPartial<EnrolmentStart>,
  path: string,
): AsyncGenerator<DeepPartial<EnrolFromRecordingRequest>> {
  yield { message: { $case: 'start', value: start } };
  for await (const data of readBytes(path, RECORDING_PIECE_BYTES))
    yield { message: { $case: 'data', value: data } };
}

/** The messages of a manifest. */
export async function* manifestRequests(
  start: DeepPartial<EnrolmentJobStart>,
  path: string,
): AsyncGenerator<DeepPartial<CreateEnrolmentJobRequest>> {
  yield { message: { $case: 'start', value: start } };
  for await (const data of readBytes(path, RECORDING_PIECE_BYTES))
    yield { message: { $case: 'data', value: data } };
}

/** The messages of a recording to verify. */
export async function* recordingRequests(
  start: DeepPartial<RecordingStart>,
  path: string,
): AsyncGenerator<DeepPartial<VerifyRecordingRequest>> {
  yield { message: { $case: 'start', value: start } };
  for await (const data of readBytes(path, RECORDING_PIECE_BYTES))
    yield { message: { $case: 'data', value: data } };
}
