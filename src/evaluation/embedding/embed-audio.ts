import { Resampler } from '../../audio/index.js';
import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import type { SpeechQuality, SpeechWindow } from '../../domain/speech.js';
import { CallPipeline, type Embedding, type SpeechModels } from '../../embedding/index.js';
import { pool } from '../../scoring/index.js';
import { speechMs } from '../../speech-activity/index.js';
import { pieceKey, type Piece } from '../layout.js';
import type { EmbeddedPiece, EmbeddedSession } from './types.js';

/** The windows that a recording gave. */
export interface EmbeddedWindows {
  /** In order; all full but perhaps the last. */
  readonly windows: readonly SpeechWindow[];
  readonly fullWindows: number;
}

/** Which pieces of a recording's net speech are wanted besides its windows, once those of all recordings are known. */
export type WantedPieces = (recording: number, all: readonly EmbeddedWindows[]) => readonly Piece[];

/** Net speech at 16 kHz, in every space. */
async function embed(models: SpeechModels, speech: Float32Array): Promise<Record<string, Embedding>> {
  const embeddings: Record<string, Embedding> = {};
  for (const extractor of models.extractors) embeddings[extractor.space.id] = await extractor.embed(speech);
  return embeddings;
}

interface Running {
  readonly pipeline: CallPipeline;
  readonly windows: SpeechWindow[];
  /** The net speech of each window. */
  readonly speech: Float32Array[];
}

/**
 * Several recordings at 8 kHz through the service's own pipeline, their frames in one batch, and the pieces that are wanted
 * of each.
 * @param windowSamples samples in a window.
 */
export async function embedAudio(
  models: SpeechModels,
  windowSamples: number,
  recordings: readonly Float32Array[],
  wanted: WantedPieces,
): Promise<EmbeddedSession[]> {
  const running = recordings.map((samples): Running => {
    const options = { windowSamples, spaces: models.extractors.map(({ space }) => space.id) };
    const pipeline = new CallPipeline({ sampleRateHz: TELEPHONE_RATE_HZ }, models.activity, options);
    pipeline.enqueue({ kind: 'audio', audio: samples });
    pipeline.enqueue({ kind: 'finish' });
    return { pipeline, windows: [], speech: [] };
  });
  while (await step(models, running));
  const all = running.map(({ windows, speech }) => ({
    windows,
    fullWindows: speech.filter(({ length }) => length === windowSamples).length,
  }));
  const sessions: EmbeddedSession[] = [];
  for (const [i, { pipeline, speech }] of running.entries()) {
    const { windows, fullWindows } = all[i]!;
    const heard = { recording: recordings[i]!, windows, speech, windowSamples };
    const pieces = await embedPieces(models, wanted(i, all), heard);
    const { quality, netSpeechMs, audioMs } = pipeline.progress();
    sessions.push({ windows, fullWindows, pieces, levelDbfs: quality.levelDbfs, netSpeechMs, audioMs });
  }
  return sessions;
}

/** One frame of each recording; false at the end of all. */
async function step(models: SpeechModels, running: readonly Running[]): Promise<boolean> {
  const frames = running.flatMap(({ pipeline }) => {
    const frame = pipeline.nextFrame();
    return frame ? [{ pipeline, frame }] : [];
  });
  if (frames.length > 0) {
    const probabilities = await models.activity.run(
      frames.map(({ frame }) => frame.chunk),
      frames.map(({ frame }) => frame.state),
    );
    frames.forEach(({ pipeline, frame }, i) => {
      pipeline.accept(frame, probabilities[i]!);
    });
  }
  for (const { pipeline, windows, speech } of running) {
    for (let window = pipeline.takeWindow(); window; window = pipeline.takeWindow()) {
      const completed = pipeline.complete(window, await embed(models, window.speech.samples));
      if (!completed) continue;
      windows.push(completed);
      speech.push(window.speech.samples);
    }
  }
  return frames.length > 0;
}

/** A recording, and what was found in it. */
interface Heard {
  /** At 8 kHz. */
  readonly recording: Float32Array;
  readonly windows: readonly SpeechWindow[];
  /** The net speech of each window, 16 kHz. */
  readonly speech: readonly Float32Array[];
  readonly windowSamples: number;
}

async function embedPieces(
  models: SpeechModels,
  wanted: readonly Piece[],
  heard: Heard,
): Promise<EmbeddedPiece[]> {
  const pieces: EmbeddedPiece[] = [];
  const audio = wanted.some(({ withPauses }) => withPauses) ? upsample(heard.recording) : undefined;
  for (const piece of new Map(wanted.map((each) => [pieceKey(each), each])).values()) {
    const speech = join(heard.speech, piece);
    const samples = speech && piece.withPauses ? stretchOf(audio!, heard, piece) : speech;
    const quality = qualityOf(heard.windows, piece, heard.windowSamples);
    if (!samples || !quality) continue;
    const embeddings = Object.entries(await embed(models, samples));
    const { length, bands } = embeddings[0]![1];
    pieces.push({
      ...piece,
      quality: { ...quality, ...bands, embeddingLength: length },
      vectors: Object.fromEntries(embeddings.map(([id, { vector }]) => [id, vector])),
    });
  }
  return pieces;
}

/** All of a recording at the rate of the models. */
function upsample(recording: Float32Array): Float32Array {
  const resampler = new Resampler(TELEPHONE_RATE_HZ, SPEECH_RATE_HZ);
  const [most, rest] = [resampler.push(recording), resampler.finish()];
  const audio = new Float32Array(most.length + rest.length);
  audio.set(most);
  audio.set(rest, most.length);
  return audio;
}

/**
 * The audio of a piece, pauses included: from where its first window begins to where its net speech is reached. Where that is
 * within a window, the pauses of the window are taken to lie evenly in it.
 */
function stretchOf(
  audio: Float32Array,
  { windows, windowSamples }: Heard,
  { first, samples }: Piece,
): Float32Array {
  const before = Math.ceil(samples / windowSamples) - 1;
  const last = windows[first + before]!;
  const share = (samples - before * windowSamples) / windowSamples;
  const endMs = last.startMs + share * (last.endMs - last.startMs);
  const sampleAt = (ms: number) => Math.round((ms * SPEECH_RATE_HZ) / 1000);
  return audio.subarray(sampleAt(windows[first]!.startMs), sampleAt(endMs));
}

/** The net speech of a piece; undefined when there is not so much of it. */
function join(speech: readonly Float32Array[], { first, samples }: Piece): Float32Array | undefined {
  const joined = new Float32Array(samples);
  let filled = 0;
  for (const window of speech.slice(first)) {
    const part = window.subarray(0, samples - filled);
    joined.set(part, filled);
    filled += part.length;
    if (filled === samples) return joined;
  }
  return undefined;
}

function qualityOf(
  windows: readonly SpeechWindow[],
  { first, samples }: Piece,
  windowSamples: number,
): SpeechQuality | undefined {
  const parts = windows.slice(first, first + Math.ceil(samples / windowSamples)).map((window, i) => ({
    ...window,
    vectors: {},
    netSpeechMs: Math.min(window.netSpeechMs, speechMs(samples - i * windowSamples)),
  }));
  return parts.length > 0 ? pool(parts).quality : undefined;
}
