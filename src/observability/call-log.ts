import { randomUUID } from 'node:crypto';
import type { Decision, ReasonCode } from '../domain/decision.js';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import {
  allOf,
  type CallsObserver,
  type OpenedStream,
  type StreamObserver,
  type StreamSummary,
} from '../session/index.js';
import type { Logger } from './log.js';

/** Logs one line for each stream of a call, when it is over; and one for each stream that got no call. */
export class CallLog implements CallsObserver {
  constructor(private readonly log: Logger) {}

  opened(stream: OpenedStream): StreamObserver {
    const line = new CallLine(stream);
    return {
      told: ({ body }: CallEvent) => {
        line.add(body);
      },
      over: (summary) => {
        this.log.info(line.of(summary), 'a stream is over');
      },
    };
  }

  refused(reason: string): void {
    this.log.info({ reason }, 'a stream got no call');
  }
}

/** What is said of one stream: counts, times, kinds and reasons. No score, and no id but one that is nobody's. */
class CallLine {
  /** To speak of the stream with others; it stands nowhere else. */
  readonly #logId = randomUUID();
  readonly #beganMs = performance.now();
  readonly #counts = new Map<CallEventBody['type'], number>();
  readonly #problems = new Set<ReasonCode>();
  #last: Decision | undefined;
  #endReason: string | undefined;

  constructor(private readonly stream: OpenedStream) {}

  add(body: CallEventBody): void {
    if (body.type === 'progress') return;
    this.#counts.set(body.type, (this.#counts.get(body.type) ?? 0) + 1);
    if (body.type === 'decision') this.#last = body.decision;
    else if (body.type === 'quality') for (const problem of body.problems) this.#problems.add(problem);
    else if (body.type === 'ended') this.#endReason = body.reason;
  }

  of({ how, error, audioMs, droppedMs, netSpeechMs }: StreamSummary) {
    const count = (type: CallEventBody['type']): number => this.#counts.get(type) ?? 0;
    const { kind, finality, looks, reasons, nextAction } = this.#last ?? {};
    return {
      logId: this.#logId,
      ...this.stream,
      how,
      endReason: this.#endReason,
      error,
      kind,
      finality,
      reasons,
      nextAction,
      looks,
      decisions: count('decision'),
      evaluations: count('evaluation'),
      claimsMade: count('claimReceived'),
      speakerChanges: count('speakerChanged'),
      consentChanges: count('consentChanged'),
      pauses: count('paused'),
      audioLosses: count('audioLost'),
      overrides: count('overridden'),
      problems: [...this.#problems],
      audioMs: Math.round(audioMs),
      droppedMs: Math.round(droppedMs),
      netSpeechMs: Math.round(netSpeechMs),
      durationMs: Math.round(performance.now() - this.#beganMs),
    };
  }
}

/** Tells several of all calls. */
export function together(observers: readonly CallsObserver[]): CallsObserver {
  return {
    opened: (stream) => allOf(observers.map((observer) => observer.opened(stream))),
    refused: (reason) => {
      for (const observer of observers) observer.refused(reason);
    },
  };
}
