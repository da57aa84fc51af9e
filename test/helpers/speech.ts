import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Resampler } from '../../src/audio/index.js';
import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ, type AudioFormat } from '../../src/domain/audio.js';
import type { SpeechProgress, SpeechWindow } from '../../src/domain/speech.js';
import type { SpeechExtractor, SpeechListener, SpeechStream } from '../../src/embedding/index.js';
import { VouchError } from '../../src/errors.js';

const ROOT = new URL('../../../', import.meta.url);
export const MODELS_DIR = fileURLToPath(new URL('models', ROOT));
export const PCM_8K: AudioFormat = {
  encoding: 'PCM_S16LE',
  sampleRateHz: 8000,
  channels: 1,
  callerChannel: 0,
};

/** See dying-worker.ts. */
export const DEADLY_GAP_MS = 666;
export const STUNNING_GAP_MS = 667;

/** The whole file of a fixture. */
export function fixtureFile(path: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(new URL(`fixtures/${path}`, ROOT)));
}

/** The PCM bytes of a WAV fixture. */
export function fixturePcm(path: string): Uint8Array<ArrayBuffer> {
  const file = Buffer.from(fixtureFile(path));
  const data = file.indexOf('data');
  return Uint8Array.from(file.subarray(data + 8, data + 8 + file.readUInt32LE(data + 4)));
}

/** The samples of a 16-bit WAV fixture. */
export function fixtureSamples(path: string): Float32Array {
  const pcm = fixturePcm(path);
  return Float32Array.from(new Int16Array(pcm.buffer), (value) => value / 32768);
}

/** The samples of an 8 kHz fixture at the rate that speech is found and embedded at. */
export function speechSamples(path: string): Float32Array {
  const resampler = new Resampler(TELEPHONE_RATE_HZ, SPEECH_RATE_HZ);
  return Float32Array.from([...resampler.push(fixtureSamples(path)), ...resampler.finish()]);
}

/** A listener that keeps all it is told. */
export class Collector implements SpeechListener {
  readonly windows: SpeechWindow[] = [];
  readonly progress: SpeechProgress[] = [];
  readonly failures: VouchError[] = [];

  onWindow(window: SpeechWindow): void {
    this.windows.push(window);
  }

  onProgress(progress: SpeechProgress): void {
    this.progress.push(progress);
  }

  onFailure(error: VouchError): void {
    this.failures.push(error);
  }
}

/** Pushes bytes in pieces of the given lengths, over and over. */
export async function pushCut(
  stream: SpeechStream,
  bytes: Uint8Array,
  cuts: readonly number[],
): Promise<void> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = cuts[n % cuts.length]!;
    await stream.push(bytes.slice(at, at + length));
    at += length;
  }
}

/** Streams all of some bytes and returns what came of it. */
export async function streamAll(
  extractor: SpeechExtractor,
  bytes: Uint8Array,
  cuts: readonly number[] = [320],
  format: AudioFormat = PCM_8K,
): Promise<Collector> {
  const collector = new Collector();
  const stream = extractor.open(format, collector);
  await pushCut(stream, bytes, cuts);
  await stream.finish();
  return collector;
}

/** Sum of products: the cosine of two vectors of length 1. */
export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** The reason of the domain error that a promise rejects with; undefined when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof VouchError) return error.reason;
    throw error;
  }
}

/** The reason of the domain error that a function throws; undefined when it does not. */
export async function thrown(action: () => unknown): Promise<string | undefined> {
  return rejection(Promise.resolve().then(action));
}
