import { StreamCallRequest } from '../../src/gen/vouch/v1/verification.js';
import { hear, loadBenchModels, makeTracks } from '../audio.js';
import { MESSAGE_BYTES } from '../plan.js';
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

/** Makes the tracks and finds out which byte each decision will need. */
export async function prepareTracks(lengthMs: number): Promise<PreparedTrack[]> {
  const models = await loadBenchModels();
  const tracks = await makeTracks(models, lengthMs);
  const heard = await hear(
    models,
    tracks.map(({ bytes }) => bytes),
  );
  await models.release();
  return tracks.map(({ voice, bytes }, i) => ({
    voice,
    messages: Array.from({ length: Math.floor(bytes.length / MESSAGE_BYTES) }, (_, message) =>
      audioMessage(bytes.subarray(message * MESSAGE_BYTES, (message + 1) * MESSAGE_BYTES)),
    ),
    windowEnds: new Map(heard[i]!.windows.map(({ message, endMs }) => [message, Math.round(endMs)])),
    netSpeechMs: heard[i]!.netSpeechByMessageMs,
  }));
}

function audioMessage(bytes: Uint8Array): Buffer {
  const value = { data: Buffer.from(bytes), gapMs: 0 };
  return framed(StreamCallRequest.encode({ message: { $case: 'audio', value } }).finish());
}
