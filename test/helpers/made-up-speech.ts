import type { SpeechExtractor, SpeechListener, SpeechStream } from '../../src/embedding/index.js';
import type { EmbeddingSpace, SpeechWindow } from '../../src/domain/speech.js';
import { unitVector } from './voiceprints.js';
import { window } from './windows.js';

export const MADE_UP_SPACE: EmbeddingSpace = {
  id: 'campplus',
  dimension: 192,
  modelId: 'campplus-int8',
  modelSha256: 'bf0653fad17ecb6b54acc22dcc77ae138a06190f2ce6d84919bc7f4b388e678f',
};
const WINDOW_MS = 3000;
const BYTES_PER_MS = 8;

/** Three seconds of somebody's speech, as mu-law; the first byte says whose. */
export function said(voice: number): Uint8Array {
  return new Uint8Array(WINDOW_MS * BYTES_PER_MS).fill(voice);
}

/** Hears each piece of {@link said} as one window; all else about a call is real. */
export class MadeUpSpeech implements SpeechExtractor {
  readonly spaces = [MADE_UP_SPACE];
  readonly lagMs = 0;

  open(_format: unknown, listener: SpeechListener): SpeechStream {
    let bytesSoFar = 0;
    let index = 0;
    const nowMs = (): number => bytesSoFar / BYTES_PER_MS;
    return {
      push: (bytes) => {
        const startMs = nowMs();
        bytesSoFar += bytes.byteLength;
        listener.onWindow(windowOf(bytes[0] ?? 0, index++, startMs));
        return Promise.resolve();
      },
      gap: (ms) => void (bytesSoFar += ms * BYTES_PER_MS),
      skip: (byteCount) => void (bytesSoFar += byteCount),
      compute: () => undefined,
      setUrgency: () => undefined,
      discard: () => undefined,
      finish: () => Promise.resolve(),
      close: () => undefined,
    };
  }

  analyseRecording(): Promise<never> {
    return Promise.reject(new Error('Calls only.'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function windowOf(voice: number, index: number, startMs: number): SpeechWindow {
  return window([...unitVector(voice)], { index, startMs, endMs: startMs + WINDOW_MS });
}
