import type { CallDirection } from '../domain/call.js';
import type { CallEvent } from '../domain/event.js';
import type { OpenedCall } from '../storage/index.js';

/** A stream that has got its call. */
export interface OpenedStream {
  readonly direction: CallDirection;
  readonly shadow: boolean;
  /** Counts the streams of the call, from 1. */
  readonly streamNumber: number;
  /** Whether an earlier stream had the call. */
  readonly resumed: boolean;
}

/** How a session is over: for good, by another stream that has the call now, or until one takes it up. */
export type SessionEnd = 'ENDED' | 'TAKEN_OVER' | 'INTERRUPTED';

/** What a stream came to. */
export interface StreamSummary {
  readonly how: SessionEnd;
  /** The reason that the stream failed for; null where it did not. */
  readonly error: string | null;
  /** Audio received and stated gaps; what of it was dropped unread; net speech found in the rest, ms. */
  readonly audioMs: number;
  readonly droppedMs: number;
  readonly netSpeechMs: number;
}

/** Follows one stream of a call: told once for each event, never for each message. It must be quick, and not throw. */
export interface StreamObserver {
  /** The consent gate was asked for so many who are claimed at the start, and found a ground for so many of them. */
  asked?(claims: number, grounds: number, tookMs: number): void;
  told(event: CallEvent): void;
  /** Nothing more comes. */
  over(summary: StreamSummary): void;
}

/** Follows the calls of a process, as StreamObserver does. */
export interface CallsObserver {
  /** A stream got its call. Returns who follows it. */
  opened(stream: OpenedStream): StreamObserver;
  /** A stream did not get a call, for this reason. */
  refused(reason: string): void;
}

const UNOBSERVED: StreamObserver = { told: () => undefined, over: () => undefined };

/** For calls that nobody follows. */
export const NOBODY: CallsObserver = { opened: () => UNOBSERVED, refused: () => undefined };

/**
 * Who follows a stream that has got its call.
 *
 * @param follower besides the one who follows all calls
 */
export function follow(
  observer: CallsObserver,
  opened: Pick<OpenedCall, 'direction' | 'shadow' | 'epoch' | 'how'>,
  follower: StreamObserver | undefined,
): StreamObserver {
  const { direction, shadow, epoch, how } = opened;
  const own = observer.opened({ direction, shadow, streamNumber: epoch, resumed: how === 'RESUMED' });
  return follower ? allOf([own, follower]) : own;
}

/** Tells several of one stream. */
export function allOf(observers: readonly StreamObserver[]): StreamObserver {
  return {
    asked: (claims, grounds, tookMs) => {
      for (const observer of observers) observer.asked?.(claims, grounds, tookMs);
    },
    told: (event) => {
      for (const observer of observers) observer.told(event);
    },
    over: (summary) => {
      for (const observer of observers) observer.over(summary);
    },
  };
}
