import type { RecordingInput } from '../audio/index.js';
import type { AudioFormat } from '../domain/audio.js';
import type {
  Countermeasure,
  EmbeddingSpace,
  RecordingSpeech,
  SpeechProgress,
  SpeechWindow,
} from '../domain/speech.js';
import type { VouchError } from '../errors.js';

/** What a stream tells. Called in order, never from within a call into the stream, and never after `close()`. */
export interface SpeechListener {
  /** A window of net speech was embedded. The vectors belong to the listener. */
  onWindow(window: SpeechWindow): void;
  /** The audio so far was worked through; at most once per batch of audio (about 200 ms). */
  onProgress(progress: SpeechProgress): void;
  /**
   * The stream is lost (WORKER_FAILED, INTERNAL): nothing else comes, and what was pending rejects with the same.
   * @param unread the bytes pushed last, in order, of which nothing was made yet: another stream may go on with them. None
   * from before the last gap, skip or discard.
   */
  onFailure(error: VouchError, unread: readonly Uint8Array[]): void;
}

/**
 * Whose work comes first where not all of it can be done at once: calls that somebody waits for, other calls, and what nobody
 * speaks at this moment.
 */
export type Urgency = 'URGENT' | 'LIVE' | 'BACKGROUND';

export interface StreamOptions {
  /** Where the clock of this stream begins, ms; added to every `startMs` and `endMs`. Default 0. */
  readonly startMs?: number;
}

/**
 * The audio of one call, in order. The windows depend on the bytes, gaps and skips alone: how the bytes are cut and when
 * they come changes nothing, to the last bit.
 */
export interface SpeechStream {
  /**
   * Takes bytes in the stream's format, cut anywhere; they belong to the stream from then on.
   * @returns undefined where there is room for more, else a promise of it: whoever awaits it holds a bounded number of bytes
   * here. Rejects with what onFailure was told; resolves when the stream was closed.
   */
  push(bytes: Uint8Array): Promise<void> | undefined;
  /** States that `ms` of audio were lost here, 0 or more: the clock moves on, and speech before and after is apart. */
  gap(ms: number): void;
  /**
   * States that `byteCount` bytes of the stream were dropped here, undecoded (paused, no consent): as a gap of their
   * length, and the bytes that come next continue the sample that the dropped ones ended in.
   */
  skip(byteCount: number): void;
  /**
   * Says in which spaces windows are embedded from here on; all, until it is called. It takes effect in order with the
   * audio: a window that the bytes pushed before it have filled still has a vector in each of the old spaces, and every
   * later one in each of the new. (A window fills once its last frame is settled to be speech, at most 0.2 s later.)
   * @param spaces ids of the extractor's spaces, at least one; and COUNTERMEASURE, so that each window is asked for synthetic
   * speech as well, where there is such a model. Until this is called, none is.
   * @throws VouchError FIELD_INVALID for none, or one that the extractor does not have.
   */
  compute(spaces: readonly string[]): void;
  /** Says how urgent this stream's work is; `URGENT`, until this is called. */
  setUrgency(urgency: Urgency): void;
  /**
   * Throws away everything that was not embedded yet: bytes, samples, unfinished window. No window from before is
   * delivered once this has returned, and no sample from before is ever embedded. The clock goes on.
   */
  discard(): void;
  /**
   * Ends the stream: embeds what is left (a rest below half a window is dropped), delivers the last window and progress,
   * then resolves. Rejects with AUDIO_INCOMPLETE when the bytes ended within a sample, after delivering the rest.
   */
  finish(): Promise<void>;
  /** Frees everything and delivers nothing more; may be called at any time, and again. */
  close(): void;
}

/**
 * Turns audio into windows of embedded net speech. There are two, which give the same windows to the last bit: one on the
 * caller's thread, for tests and measurements, and a pool of worker threads. ONNX Runtime blocks the thread it runs on, so
 * a service uses the pool.
 */
export interface SpeechExtractor {
  /** The spaces that each window has a vector in, unless its stream was told to compute fewer. */
  readonly spaces: readonly EmbeddingSpace[];
  /** What synthetic speech is noticed by; absent where models.json names no such model. */
  readonly countermeasure?: Countermeasure | undefined;
  /**
   * How long a piece of audio (200 ms) of an urgent stream has waited lately to be worked through where a new one would be, ms:
   * about 0 where there is capacity to spare, more than the piece is long where there is none left.
   */
  readonly lagMs: number;
  /**
   * Begins a stream, pinned to one worker until it ends.
   * @throws VouchError of the format (ENCODING_UNKNOWN, ...), SHUTTING_DOWN once closed.
   */
  open(format: AudioFormat, listener: SpeechListener, options?: StreamOptions): SpeechStream;
  /**
   * Everything that a recording holds: decoded, searched for speech and embedded beside the live streams, a little at a
   * time and after them, so that it does not hold them up, and in all spaces. The bytes of the recording belong to the extractor from then on.
   * Rejects with the errors of decodeRecording, SHUTTING_DOWN, WORKER_FAILED, or the signal's reason.
   */
  analyseRecording(recording: RecordingInput, signal?: AbortSignal): Promise<RecordingSpeech>;
  /** Cuts every stream off, stops the workers and frees the models; resolves when they are gone. May be repeated. */
  close(): Promise<void>;
}
