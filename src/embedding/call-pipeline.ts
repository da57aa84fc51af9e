import { StreamDecoder } from '../audio/index.js';
import type { SpeechProgress, SpeechWindow } from '../domain/speech.js';
import type { VouchError } from '../errors.js';
import { Fingerprinter } from '../replay/index.js';
import {
  AnswerMeter,
  NetSpeech,
  speechMs,
  type SpeechActivityModel,
  type SpeechStretch,
  type WindowMemory,
} from '../speech-activity/index.js';
import { AudioSegment, type LabelledFrame, type PipelineSource, type SpeechFrame } from './audio-segment.js';
import type { Embedding } from './extractor.js';
import { InputClock, InputQueue, type AudioInput } from './input-queue.js';
import { PendingWindows, type Delivered, type PendingWindow } from './pending-windows.js';
import { SpeechMeasures } from './speech-measures.js';

export interface PipelineOptions {
  /** Samples at 16 kHz in a window. */
  readonly windowSamples: number;
  /** Ids of the spaces that windows are embedded in until the input says otherwise. */
  readonly spaces: readonly string[];
  /** Where the clock begins; default 0. */
  readonly startMs?: number;
  /** Where the memory of windows comes from and, once they are embedded, goes; default: each window has its own. */
  readonly memory?: WindowMemory;
}

/**
 * One call from bytes to windows of net speech: decoding, telephone bandwidth, speech activity, windows. It runs no model
 * itself: it hands out one frame at a time for its probability (`nextFrame`, `accept`) and windows for their vectors
 * (`takeWindow`, `complete`), so that whoever drives it can put the frames of many calls into one run. All it does follows
 * from the order of its input alone, never from how that was cut or when it came.
 */
export class CallPipeline {
  /** All spaces, and those that are computed now. */
  readonly spaces: readonly string[];
  #computed: readonly string[];
  readonly #input: InputQueue;
  readonly #clock: InputClock;
  readonly #netSpeech: NetSpeech;
  readonly #measures: SpeechMeasures;
  readonly #answer = new AnswerMeter();
  readonly #fingerprinter = new Fingerprinter();
  #segment: AudioSegment | undefined;
  /** Found once, known to all segments that follow. */
  #wideband = false;
  #inFlight: SpeechFrame | undefined;
  readonly #windows: PendingWindows;
  #decodedFrames = 0;
  #finished = false;
  #incomplete: VouchError | undefined;

  /**
   * @throws VouchError of the format.
   */
  constructor(
    private readonly source: PipelineSource,
    private readonly activity: SpeechActivityModel,
    { windowSamples, spaces, startMs = 0, memory }: PipelineOptions,
  ) {
    // Fails here and not when the first bytes are worked through.
    if ('encoding' in source) new StreamDecoder(source);
    this.spaces = this.#computed = spaces;
    this.#clock = new InputClock(source, startMs);
    this.#input = new InputQueue(this.#clock);
    this.#windows = new PendingWindows(memory);
    this.#netSpeech = new NetSpeech(windowSamples, memory);
    this.#measures = new SpeechMeasures(activity.chunk.chunkSamples);
  }

  /** Adds to what is to be worked through; arrays belong to the pipeline from then on. Nothing is computed yet. */
  enqueue(input: AudioInput): void {
    this.#input.push(input);
  }

  /** Bytes that nextFrame has not come to yet. */
  get queuedBytes(): number {
    return this.#input.queuedBytes;
  }

  /** Whether nextFrame has input to look at. */
  get hasInput(): boolean {
    return this.#input.length > 0;
  }

  /** The end was reached: no more frames, and the last window can be taken. */
  get finished(): boolean {
    return this.#finished;
  }

  /** AUDIO_INCOMPLETE when the audio ended within a sample. */
  get incomplete(): VouchError | undefined {
    return this.#incomplete;
  }

  /** Works through the input up to the next frame; undefined when there is no more for now. After `accept` only. */
  nextFrame(): SpeechFrame | undefined {
    for (;;) {
      const segment = this.#segment;
      this.#inFlight = segment?.takeFrame();
      if (this.#inFlight) return this.#inFlight;
      const input = this.#input.peek();
      if (segment?.ended) {
        this.#measure(segment.finish());
        this.#segment = undefined;
      } else if (!input) {
        return undefined;
      } else if (segment && input.kind !== 'audio' && input.kind !== 'compute') {
        // Whatever interrupts the audio ends the segment before it takes effect. Half a sample before a gap is part of what was
        // lost; at the end of the stream the caller is told.
        const incomplete = segment.end();
        if (input.kind === 'finish') this.#incomplete = incomplete;
      } else {
        this.#apply(this.#input.take());
      }
    }
  }

  /** Gives a frame from nextFrame its probability of speech; a frame from before a discard is ignored. */
  accept(frame: SpeechFrame, probability: number): void {
    if (frame !== this.#inFlight || !this.#segment) return;
    this.#inFlight = undefined;
    this.#measure(this.#segment.accept(frame, probability));
  }

  /** The next window that is to be embedded, if any. */
  takeWindow(): PendingWindow | undefined {
    return this.#windows.take();
  }

  /**
   * Makes a window of what takeWindow gave last and its embeddings; undefined when it was discarded meanwhile. With a memory
   * its speech is not to be used any more.
   * @param bonaFideLlr what the countermeasure made of it, if anything.
   */
  complete(
    window: PendingWindow,
    embeddings: Readonly<Record<string, Embedding>>,
    bonaFideLlr?: number,
  ): SpeechWindow | undefined {
    const completed = this.#windows.complete(window, embeddings, bonaFideLlr);
    if (!completed) return undefined;
    const first = embeddings[this.spaces[0]!];
    return first
      ? { ...completed, quality: this.#measures.addEmbedding(completed.quality, first) }
      : completed;
  }

  /**
   * Throws away everything that was not embedded yet, a window that is being embedded too. The clock goes on; an end that
   * was enqueued stays.
   * @param delivered what really reached the listener, where that is less than was completed here.
   */
  discard(delivered?: Delivered): void {
    this.#input.discard();
    this.#segment = this.#inFlight = undefined;
    this.#netSpeech.discard();
    this.#windows.discard(delivered);
    this.#measures.discardWindow();
    this.#fingerprinter.discard();
  }

  /** Audio decoded so far, ms. */
  get audioMs(): number {
    return (this.#decodedFrames * 1000) / this.source.sampleRateHz;
  }

  /** How far the audio was worked through. */
  progress(): SpeechProgress {
    return {
      audioMs: this.audioMs,
      netSpeechMs: this.#windows.netSpeechMs + this.#netSpeech.waitingMs,
      quality: this.#measures.quality,
      answeredBy: this.#answer.answeredBy,
    };
  }

  #apply(input: AudioInput): void {
    if (input.kind === 'audio') {
      this.#decode(input.audio);
      return;
    }
    if (input.kind === 'compute') this.#computed = input.spaces;
    this.#clock.advance(input);
    if (input.kind !== 'finish') return;
    const rest = this.#netSpeech.finish();
    if (rest) this.#addWindow(rest);
    this.#finished = true;
  }

  #decode(input: Uint8Array | Float32Array): void {
    const audio = this.#segment ? input : this.#clock.align(input);
    if (audio.length === 0) return;
    this.#segment ??= new AudioSegment(this.source, this.activity, this.#clock.ms, this.#wideband);
    this.#clock.advance({ kind: 'audio', audio });
    this.#decodedFrames += this.#segment.decode(audio);
    this.#wideband = this.#segment.wideband;
  }

  #measure(frames: readonly LabelledFrame[]): void {
    for (const { samples, startMs, probability, speech } of frames) {
      const endMs = startMs + speechMs(samples.length);
      if (!speech) {
        this.#answer.addOther(endMs, this.#measures.addOther(samples));
        continue;
      }
      this.#answer.addSpeech(startMs, endMs);
      this.#fingerprinter.push(this.#measures.add(samples, probability), startMs);
      for (const full of this.#netSpeech.push(samples, startMs)) this.#addWindow(full);
    }
  }

  #addWindow(speech: SpeechStretch): void {
    this.#windows.add({
      speech,
      quality: this.#measures.takeWindow(),
      fingerprint: this.#fingerprinter.take(),
      spaces: this.#computed,
    });
  }
}
