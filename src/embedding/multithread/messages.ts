import type { RecordingInput, RecordingLimits } from '../../audio/index.js';
import type { AudioFormat } from '../../domain/audio.js';
import type {
  Countermeasure,
  EmbeddingSpace,
  RecordingSpeech,
  SpeechProgress,
  SpeechWindow,
} from '../../domain/speech.js';
import { VouchError, type ErrorReason } from '../../errors.js';
import type { Urgency } from '../interface.js';
import type { Precision } from '../load-models.js';
import { toVouchError } from '../scheduler.js';
import type { StageTimes } from '../stage-times.js';

/** What a worker is started with. */
export interface WorkerOptions {
  readonly modelsDir: string;
  readonly precision: Precision;
  /** DEFAULT_SPACES when not given. */
  readonly spaces?: readonly string[];
  readonly recordingLimits?: RecordingLimits;
}

/** What reached the listener of a stream. */
export interface Delivered {
  readonly windows: number;
  readonly netSpeechMs: number;
}

/** To a worker. Streams and recordings are numbered by the pool. */
export type ToWorker =
  | {
      readonly kind: 'open';
      readonly stream: number;
      readonly format: AudioFormat;
      readonly startMs: number;
    }
  /**
   * The bytes of several streams, one after the other; their buffer is transferred. The pieces are pairs of stream and length:
   * numbers in an array go between threads at a fraction of what objects cost.
   */
  | { readonly kind: 'audio'; readonly pieces: Uint32Array; readonly bytes: Uint8Array }
  | { readonly kind: 'gap'; readonly stream: number; readonly ms: number }
  | { readonly kind: 'compute'; readonly stream: number; readonly spaces: readonly string[] }
  | { readonly kind: 'skip'; readonly stream: number; readonly byteCount: number }
  | { readonly kind: 'urgency'; readonly stream: number; readonly urgency: Urgency }
  | {
      readonly kind: 'discard';
      readonly stream: number;
      readonly epoch: number;
      readonly delivered: Delivered;
    }
  | { readonly kind: 'finish' | 'close'; readonly stream: number }
  | { readonly kind: 'analyse'; readonly recording: number; readonly input: RecordingInput }
  | { readonly kind: 'abort'; readonly recording: number }
  /** Answered at once, between two runs of a model. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'shutdown' };

/** A domain error on its way between threads. */
export interface ErrorMessage {
  readonly reason: ErrorReason;
  readonly message: string;
  readonly field: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cause: CauseMessage | undefined;
}

/** Where an error was caused, for the log: its message may hold anything, and stays behind. */
interface CauseMessage {
  readonly name: string;
  /** That of the system, for example ENOENT. */
  readonly code: string | undefined;
  /** Lines of `Error.stack` that are frames. */
  readonly frames: readonly string[];
}

/** What happened to a stream. */
export type StreamNews =
  | { readonly kind: 'window'; readonly window: SpeechWindow }
  | { readonly kind: 'progress'; readonly progress: SpeechProgress }
  | { readonly kind: 'finished'; readonly error: ErrorMessage | undefined }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** `epoch` is how many discards the worker knew of when it happened. */
export type StreamEvent = StreamNews & { readonly stream: number; readonly epoch: number };

export type RecordingEvent =
  | { readonly kind: 'analysed'; readonly recording: number; readonly speech: RecordingSpeech }
  | { readonly kind: 'refused'; readonly recording: number; readonly error: ErrorMessage };

/** From a worker: first whether it can work, then what happened, oldest first. */
export type FromWorker =
  | {
      readonly kind: 'ready';
      readonly spaces: readonly EmbeddingSpace[];
      readonly countermeasure: Countermeasure | undefined;
      readonly precision: Exclude<Precision, 'auto'>;
    }
  | { readonly kind: 'unusable'; readonly error: ErrorMessage }
  /** What SpeechExtractor.lagMs says, and where the time went, since the last one. */
  | { readonly kind: 'pong'; readonly lagMs: number; readonly stages: StageTimes }
  | {
      readonly kind: 'events';
      /** Pairs of stream and how many bytes it has taken from its queue since it began. */
      readonly taken: Float64Array;
      readonly events: readonly (StreamEvent | RecordingEvent)[];
    };

/** The part of an error that another thread needs: of what caused it, where that was. */
export function errorToMessage(error: unknown): ErrorMessage {
  const { reason, message, field, metadata, cause } = toVouchError(error);
  return {
    reason,
    message,
    field,
    metadata,
    cause: cause instanceof Error ? causeToMessage(cause) : undefined,
  };
}

/** The reverse of errorToMessage. */
export function errorFromMessage({ reason, message, field, metadata, cause }: ErrorMessage): VouchError {
  return new VouchError(reason, {
    message,
    metadata,
    ...(field === undefined ? {} : { field }),
    ...(cause && { cause: causeFromMessage(cause) }),
  });
}

function causeToMessage(cause: Error): CauseMessage {
  const { code } = cause as { code?: unknown };
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return { name: cause.name, code: typeof code === 'string' ? code : undefined, frames };
}

function causeFromMessage({ name, code, frames }: CauseMessage): Error {
  return Object.assign(new Error(), { name, code, stack: [name, ...frames].join('\n') });
}
