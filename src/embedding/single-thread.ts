import { decodeRecording, type RecordingInput, type RecordingLimits } from '../audio/index.js';
import type { AudioFormat } from '../domain/audio.js';
import type { Countermeasure, EmbeddingSpace, RecordingSpeech, SpeechWindow } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import { WindowMemory } from '../speech-activity/index.js';
import type { PipelineSource } from './audio-segment.js';
import { CallPipeline } from './call-pipeline.js';
import { Deferred } from './deferred.js';
import type { SpeechExtractor, StreamOptions } from './interface.js';
import type { SpeechModels } from './load-models.js';
import { LocalStream, type LocalListener } from './local-stream.js';
import { SpeechScheduler } from './scheduler.js';
import type { StageTimes } from './stage-times.js';

/** The extractor whose models run on the thread that calls it. */
export class SingleThreadExtractor implements SpeechExtractor {
  readonly spaces: readonly EmbeddingSpace[];
  readonly countermeasure: Countermeasure | undefined;
  readonly #scheduler: SpeechScheduler;
  readonly #memory: WindowMemory;
  readonly #streams = new Set<LocalStream>();
  readonly #recordings = new Set<AbortController>();
  #closing: Promise<void> | undefined;

  /** @param models belong to the extractor from then on. */
  constructor(
    private readonly models: SpeechModels,
    private readonly recordingLimits?: RecordingLimits,
  ) {
    this.spaces = models.extractors.map(({ space }) => space);
    this.countermeasure = models.countermeasure?.terms;
    this.#scheduler = new SpeechScheduler(models);
    this.#memory = new WindowMemory(models.extractors[0]!.windowSamples);
  }

  open(format: AudioFormat, listener: LocalListener, options: StreamOptions = {}): LocalStream {
    this.#checkOpen();
    const pipeline = this.#pipeline(format, options.startMs);
    const stream = new LocalStream(pipeline, format, this.#scheduler, listener, (closed) => {
      this.#streams.delete(closed);
    });
    this.#streams.add(stream);
    return stream;
  }

  get lagMs(): number {
    return this.#scheduler.takeLagMs();
  }

  /** What the stages took since this was asked for last. */
  takeStageTimes(): StageTimes {
    return this.#scheduler.takeStageTimes();
  }

  async analyseRecording(recording: RecordingInput, signal?: AbortSignal): Promise<RecordingSpeech> {
    this.#checkOpen();
    signal?.throwIfAborted();
    const closing = new AbortController();
    this.#recordings.add(closing);
    try {
      const either = AbortSignal.any(signal ? [signal, closing.signal] : [closing.signal]);
      const decoded = await decodeRecording(recording, this.recordingLimits, either);
      either.throwIfAborted();
      const pipeline = this.#pipeline({ sampleRateHz: decoded.sampleRateHz });
      pipeline.enqueue({ kind: 'audio', audio: decoded.samples });
      pipeline.enqueue({ kind: 'finish' });
      const windows = await this.#runToEnd(pipeline, either);
      const { container, codec, sourceRateHz } = decoded;
      return { windows, progress: pipeline.progress(), container, codec, sourceRateHz };
    } finally {
      this.#recordings.delete(closing);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    for (const recording of this.#recordings) recording.abort(new VouchError('SHUTTING_DOWN'));
    await this.#scheduler.close();
    await this.models.release();
  }

  #checkOpen(): void {
    if (this.#closing) throw new VouchError('SHUTTING_DOWN');
  }

  #pipeline(source: PipelineSource, startMs?: number): CallPipeline {
    const { activity, extractors } = this.models;
    const spaces = this.spaces.map(({ id }) => id);
    const { windowSamples } = extractors[0]!;
    return new CallPipeline(source, activity, {
      windowSamples,
      spaces,
      memory: this.#memory,
      ...(startMs !== undefined && { startMs }),
    });
  }

  /** All windows of a pipeline that has all of its input. */
  async #runToEnd(pipeline: CallPipeline, signal: AbortSignal): Promise<SpeechWindow[]> {
    const windows: SpeechWindow[] = [];
    const ended = new Deferred();
    const stream = {
      pipeline,
      urgency: 'BACKGROUND' as const,
      onWindow: (window: SpeechWindow) => windows.push(window),
      onTurn: () => {
        if (pipeline.finished) ended.resolve();
      },
      onFailure: ended.reject,
    };
    const abort = (): void => {
      ended.reject(signal.reason);
    };
    signal.addEventListener('abort', abort);
    this.#scheduler.wake(stream);
    try {
      await ended.promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#scheduler.remove(stream);
    }
    return windows;
  }
}
