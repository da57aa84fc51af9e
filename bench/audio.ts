import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AudioFormat } from '../src/domain/audio.js';
import type { Fingerprint } from '../src/domain/speech.js';
import { CallPipeline, loadModels, type SpeechModels } from '../src/embedding/index.js';
import { seededRandom } from '../src/evaluation/random.js';
import { packageRoot } from '../src/package-root.js';
import { MESSAGE_BYTES, SPEECH_SHARE } from './plan.js';

export const FORMAT: AudioFormat = { encoding: 'MULAW', sampleRateHz: 8000, channels: 1, callerChannel: 0 };
export const MODELS_DIR = join(packageRoot(), 'models');
const BYTES_A_MS = 8;

/** What each talker of the fixtures said in calls; the folder is the talker. */
const TALKERS = [
  'allison_en/call-1.wav',
  'allison_en/call-2.wav',
  'june_fr/call-1.wav',
  'carlo_it/call-1.wav',
  'carlo_it/call-2.wav',
  'ivrvoice_ru/call-1.wav',
  'armelle_fr/call-1.wav',
  'paola_it/call-1.wav',
  'reader_en/call-1.wav',
] as const;

/** Those with voiceprints. */
export const VOICES: readonly string[] = [...new Set(TALKERS.map(voiceOf))];

/** The audio of a call, mu-law at 8 kHz: spurts of speech, and between them the noise of a line. */
export interface Track {
  readonly voice: string;
  readonly bytes: Uint8Array;
}

function voiceOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

/** What is said in a fixture, as it is sent. */
export function saidIn(path: string): Uint8Array {
  return mulaw(pcmOf(fixtureFile(path)));
}

/** A fixture as a file. */
export function fixtureFile(path: string): Uint8Array {
  return readFileSync(join(packageRoot(), 'fixtures', path));
}

/**
 * A track a talker, of `lengthMs`, with SPEECH_SHARE of net speech. Needs the model of speech activity, since the
 * fixtures hold pauses of their own.
 */
export async function makeTracks(models: SpeechModels, lengthMs: number): Promise<Track[]> {
  const said = TALKERS.map(saidIn);
  const heard = await hear(models, said);
  return said.map((speech, i) => {
    const share = heard[i]!.netSpeechMs / (speech.length / BYTES_A_MS);
    return { voice: voiceOf(TALKERS[i]!), bytes: converse(speech, share, lengthMs, i) };
  });
}

/** Spurts of 2 to 6 s, each followed by as much silence as keeps the share. */
function converse(speech: Uint8Array, share: number, lengthMs: number, seed: number): Uint8Array {
  const random = seededRandom(seed + 1);
  const bytes = Uint8Array.from({ length: lengthMs * BYTES_A_MS }, () => (random() < 0.5 ? 0xfe : 0x7e));
  let from = 0;
  for (let at = Math.floor(random() * 2000) * BYTES_A_MS; at < bytes.length;) {
    const spurt = Math.floor(2000 + 4000 * random()) * BYTES_A_MS;
    for (let i = 0; i < spurt && at < bytes.length; i++) bytes[at++] = speech[from++ % speech.length]!;
    at += Math.floor(spurt * Math.max(0, share / SPEECH_SHARE - 1));
  }
  return bytes;
}

/** What the service finds in some audio. */
export interface Heard {
  readonly netSpeechMs: number;
  /** Net speech found by the end of each message of 20 ms, ms. */
  readonly netSpeechByMessageMs: readonly number[];
  /** At 16 kHz. */
  readonly chunks: readonly Float32Array[];
  /** The speech of each window at 16 kHz, where in the audio it ends, ms, and which message of 20 ms completes it. */
  readonly windows: readonly {
    readonly samples: Float32Array;
    readonly endMs: number;
    readonly message: number;
    readonly fingerprint: Fingerprint;
  }[];
}

/** Runs speech activity over several tracks at once, message by message. */
export async function hear(models: SpeechModels, tracks: readonly Uint8Array[]): Promise<Heard[]> {
  const { windowSamples } = models.extractors[0]!;
  const spaces = models.extractors.map(({ space }) => space.id);
  const pipelines = tracks.map(() => new CallPipeline(FORMAT, models.activity, { windowSamples, spaces }));
  const heard = tracks.map(() => ({
    netSpeechMs: 0,
    netSpeechByMessageMs: [] as number[],
    chunks: [] as Float32Array[],
    windows: [] as Heard['windows'][number][],
  }));
  const messages = Math.ceil(Math.max(...tracks.map(({ length }) => length)) / MESSAGE_BYTES);
  for (let message = 0; message < messages; message++) {
    pipelines.forEach((pipeline, i) => {
      const audio = tracks[i]!.slice(message * MESSAGE_BYTES, (message + 1) * MESSAGE_BYTES);
      if (audio.length > 0) pipeline.enqueue({ kind: 'audio', audio });
    });
    await runFrames(models, pipelines, heard);
    pipelines.forEach((pipeline, i) => {
      for (let window = pipeline.takeWindow(); window; window = pipeline.takeWindow()) {
        const { samples, endMs } = window.speech;
        heard[i]!.windows.push({ samples, endMs, message, fingerprint: window.fingerprint });
      }
      heard[i]!.netSpeechByMessageMs.push(pipeline.progress().netSpeechMs);
    });
  }
  pipelines.forEach((pipeline, i) => (heard[i]!.netSpeechMs = pipeline.progress().netSpeechMs));
  return heard;
}

async function runFrames(
  { activity }: SpeechModels,
  pipelines: readonly CallPipeline[],
  heard: readonly { readonly chunks: Float32Array[] }[],
): Promise<void> {
  for (;;) {
    const frames = pipelines.flatMap((pipeline, i) => {
      const frame = pipeline.nextFrame();
      return frame ? [{ pipeline, frame, i }] : [];
    });
    if (frames.length === 0) return;
    const probabilities = await activity.run(
      frames.map(({ frame }) => frame.chunk),
      frames.map(({ frame }) => frame.state),
    );
    frames.forEach(({ pipeline, frame, i }, row) => {
      heard[i]!.chunks.push(frame.chunk.slice());
      pipeline.accept(frame, probabilities[row]!);
    });
  }
}

/** The graphs that the service chooses, on this thread. */
export function loadBenchModels(): Promise<SpeechModels> {
  return loadModels(MODELS_DIR, 'auto');
}

function pcmOf(file: Uint8Array): Int16Array {
  const bytes = Buffer.from(file);
  const data = bytes.indexOf('data');
  const pcm = bytes.subarray(data + 8, data + 8 + bytes.readUInt32LE(data + 4));
  return Int16Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i));
}

/** G.711 mu-law, by the formula of its segments. */
function mulaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const magnitude = Math.min(32_635, Math.abs(sample)) + 132;
    const segment = Math.floor(Math.log2(magnitude)) - 7;
    const step = (magnitude >> (segment + 3)) & 15;
    return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
  });
}
