import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SpeechWindow } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import type { SpeechFrame } from './audio-segment.js';
import type { CallPipeline } from './call-pipeline.js';
import type { Embedding } from './extractor.js';
import type { Urgency } from './interface.js';
import type { SpeechModels } from './load-models.js';
import { COUNTERMEASURE } from './model-manifest.js';
import type { PendingWindow } from './pending-windows.js';
import { noStageTimes, spent, type StageTimes } from './stage-times.js';

/**
 * Streams whose frames go through speech activity in one run. There is little gain beyond (measured, per second of audio:
 * 1.4 ms one by one, 0.51 in eights, 0.43 in sixteens, 0.38 in thirty-twos, 0.34 in sixty-fours), the wait of each is not.
 */
const MAX_BATCH = 64;

const LIVE: readonly Urgency[] = ['URGENT', 'LIVE'];
/** Where calls always wait, the rest gets one turn of so many. */
const TURNS_FOR_CALLS = 16;

/** Audio is worked through in frames of this length, one a turn, ms; and handed over in pieces of this length. */
const FRAME_MS = 32;
const PIECE_MS = 200;

/** A pipeline, and who is told of it. */
export interface ScheduledStream {
  readonly pipeline: CallPipeline;
  readonly urgency: Urgency;
  /** A window was embedded. */
  onWindow(window: SpeechWindow): void;
  /** A frame was worked through, or all that there was. */
  onTurn(): void;
  /** The stream is no longer scheduled. */
  onFailure(error: VouchError): void;
}

/** Anything thrown, as a domain error. */
export function toVouchError(error: unknown): VouchError {
  return error instanceof VouchError ? error : new VouchError('INTERNAL', { cause: error });
}

/**
 * Runs the models of one thread for all its streams, in turns: in each, up to MAX_BATCH streams with input give a frame,
 * the frames go through speech activity together, and the windows that came of it are embedded one by one. Of streams of
 * the same urgency, each that has input gets its turn before any gets another; what runs in the background has turns of its own
 * while no call waits. The event loop runs between any two model runs.
 */
export class SpeechScheduler {
  /** Streams with input, those that waited longest first, and since when, ms. */
  readonly #waiting = new Map<ScheduledStream, number>();
  /** How long urgent streams waited for their turns since it was asked for last: the sum, ms, and how many. */
  #waitedMs = 0;
  #turns = 0;
  readonly #stages: StageTimes = noStageTimes();
  /** Turns that calls had since the rest last had one. */
  #turnsForCalls = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly models: SpeechModels) {}

  /** Says that a stream has input. Nothing is computed, and nobody told anything, before this returns. */
  wake(stream: ScheduledStream): void {
    if (this.#closed) return;
    if (!this.#waiting.has(stream)) this.#waiting.set(stream, performance.now());
    this.#running ??= this.#run();
  }

  /** Takes a stream out; it is told nothing more. */
  remove(stream: ScheduledStream): void {
    this.#waiting.delete(stream);
  }

  /**
   * How long a piece of audio of an urgent stream waited for its turns since this was asked for last, on average, ms: one that
   * is as long as the piece, and no more can be done.
   */
  takeLagMs(): number {
    const lagMs = this.#turns === 0 ? 0 : (this.#waitedMs / this.#turns) * (PIECE_MS / FRAME_MS);
    this.#waitedMs = this.#turns = 0;
    return lagMs;
  }

  /** What was spent since this was asked for last. */
  takeStageTimes(): StageTimes {
    const taken = structuredClone(this.#stages);
    Object.assign(this.#stages, noStageTimes());
    return taken;
  }

  /** Stops; resolves when no model runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await this.#running;
  }

  async #run(): Promise<void> {
    await nextTurn();
    while (this.#waiting.size > 0) await this.#turn();
    this.#running = undefined;
  }

  async #turn(): Promise<void> {
    const streams = this.#next();
    const beganMs = performance.now();
    const frames = new Map<ScheduledStream, SpeechFrame>();
    for (const stream of streams) {
      this.#guard(stream, () => {
        const frame = stream.pipeline.nextFrame();
        if (frame) frames.set(stream, frame);
      });
    }
    spent(this.#stages.decode, beganMs, frames.size);
    await this.#runActivity(frames);
    for (const stream of streams) {
      await this.#embed(stream);
      // Whoever removed itself, or failed, is no longer waiting.
      if (!this.#waiting.delete(stream)) continue;
      const drained = !frames.has(stream) && !stream.pipeline.hasInput;
      if (!drained) this.#waiting.set(stream, performance.now());
      this.#guard(stream, () => {
        stream.onTurn();
      });
    }
  }

  /** Those whose turn it is. */
  #next(): ScheduledStream[] {
    const calls = this.#turnsForCalls < TURNS_FOR_CALLS ? this.#waitingOf(LIVE) : [];
    const streams = calls.length > 0 ? calls : this.#waitingOf(['BACKGROUND', ...LIVE]);
    this.#turnsForCalls = calls.length > 0 ? this.#turnsForCalls + 1 : 0;
    const now = performance.now();
    for (const stream of streams) {
      if (stream.urgency !== 'URGENT') continue;
      this.#waitedMs += now - this.#waiting.get(stream)!;
      this.#turns++;
    }
    return streams;
  }

  /** As many as go into a turn, the most urgent first, and those that waited longest. */
  #waitingOf(urgencies: readonly Urgency[]): ScheduledStream[] {
    const streams: ScheduledStream[] = [];
    for (const urgency of urgencies) {
      for (const stream of this.#waiting.keys()) {
        if (stream.urgency === urgency && streams.push(stream) === MAX_BATCH) return streams;
      }
    }
    return streams;
  }

  async #runActivity(frames: ReadonlyMap<ScheduledStream, SpeechFrame>): Promise<void> {
    if (frames.size === 0) {
      await nextTurn();
      return;
    }
    const batch = [...frames];
    const beganMs = performance.now();
    try {
      const probabilities = await this.models.activity.run(
        batch.map(([, { chunk }]) => chunk),
        batch.map(([, { state }]) => state),
      );
      batch.forEach(([{ pipeline }, frame], i) => {
        pipeline.accept(frame, probabilities[i]!);
      });
      spent(this.#stages.speechActivity, beganMs, batch.length);
    } catch (error) {
      for (const [stream] of batch) this.#fail(stream, error);
    }
  }

  /** Embeds the windows of a stream, unless it is taken out or discards them meanwhile. */
  async #embed(stream: ScheduledStream): Promise<void> {
    const { pipeline } = stream;
    try {
      for (let window = pipeline.takeWindow(); window; window = pipeline.takeWindow()) {
        const embeddings: Record<string, Embedding> = {};
        for (const extractor of this.models.extractors) {
          if (window.spaces.includes(extractor.space.id))
            embeddings[extractor.space.id] = await this.#embedIn(extractor, window.speech.samples);
        }
        const bonaFideLlr = await this.#bonaFideLlr(window);
        if (!this.#waiting.has(stream)) return;
        // Undefined when the stream discarded it meanwhile.
        const completed = pipeline.complete(window, embeddings, bonaFideLlr);
        if (completed) stream.onWindow(completed);
      }
    } catch (error) {
      this.#fail(stream, error);
    }
  }

  async #embedIn(extractor: SpeechModels['extractors'][number], samples: Float32Array): Promise<Embedding> {
    const beganMs = performance.now();
    const embedding = await extractor.embed(samples);
    spent(this.#stages.embedding, beganMs, 1);
    return embedding;
  }

  /** What the countermeasure makes of a window; undefined where there is none, it is not asked, or gives no number. */
  async #bonaFideLlr({ spaces, speech }: PendingWindow): Promise<number | undefined> {
    const { countermeasure } = this.models;
    if (!countermeasure || !spaces.includes(COUNTERMEASURE)) return undefined;
    const beganMs = performance.now();
    const llr = await countermeasure.bonaFideLlr(speech.samples);
    spent(this.#stages.countermeasure, beganMs, 1);
    return llr;
  }

  #guard(stream: ScheduledStream, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(stream, error);
    }
  }

  #fail(stream: ScheduledStream, error: unknown): void {
    if (this.#waiting.delete(stream)) stream.onFailure(toVouchError(error));
  }
}
