import { StreamCallRequest } from '../../src/gen/vouch/v1/verification.js';
import { hear, loadBenchModels, makeTracks } from '../audio.js';
import { MESSAGE_BYTES } from '../plan.js';
import { fingerprintsOfCalls } from './frequent-caller.js';
import { framed } from './grpc-stream.js';

/** A track as it is sent. */
export interface PreparedTrack {
  readonly voice: string;
  /** Framed, 20 ms each. */
  readonly messages: readonly Uint8Array[];
  /** Of each message that completes a window of speech, the end of that window in the audio, ms, rounded. */
  readonly windowEnds: ReadonlyMap<number, number>;
  /** Net speech up to each message, ms. */
  readonly netSpeechMs: readonly number[];
}

/** What the generator calls with. */
export interface Prepared {
  readonly tracks: readonly PreparedTrack[];
  /** What is kept of each speaker's calls of before. */
  readonly keptCalls: readonly Buffer[];
}

/** Makes the tracks and finds out which byte each decision will need. */
export async function prepare(lengthMs: number): Promise<Prepared> {
  const models = await loadBenchModels();
  const tracks = await makeTracks(models, lengthMs);
  const heard = await hear(
    models,
    tracks.map(({ bytes }) => bytes),
  );
  const keptCalls = await fingerprintsOfCalls(models);
  await models.release();
  const prepared = tracks.map(({ voice, bytes }, i) => ({
    voice,
    messages: Array.from({ length: Math.floor(bytes.length / MESSAGE_BYTES) }, (_, message) =>
      audioMessage(bytes.subarray(message * MESSAGE_BYTES, (message + 1) * MESSAGE_BYTES)),
    ),
    windowEnds: new Map(heard[i]!.windows.map(({ message, endMs }) => [message, Math.round(endMs)])),
    netSpeechMs: heard[i]!.netSpeechByMessageMs,
  }));
  return { tracks: prepared, keptCalls };
}

function audioMessage(bytes: Uint8Array): Buffer {
  const value = { data: Buffer.from(bytes), gapMs: 0 };
  return framed(StreamCallRequest.encode({ message: { $case: 'audio', value } }).finish());
}
