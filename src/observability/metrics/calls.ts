import { Counter, Histogram, type Registry } from 'prom-client';
import type { Decision } from '../../domain/decision.js';
import type { CallEvent } from '../../domain/event.js';
import type { CallsObserver, OpenedStream, StreamObserver, StreamSummary } from '../../session/index.js';

/** Net speech, seconds: policies ask for 3 s and most decisions fall within 10. */
const SPEECH_BUCKETS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60];
/** Lengths of streams, seconds. */
const STREAM_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1200, 2400, 4800];

/** Counts what happens in calls. */
export class CallMetrics implements CallsObserver {
  readonly #begun: Counter<'direction' | 'resumed'>;
  readonly #refused: Counter<'reason'>;
  readonly #over: Counter<'how' | 'error'>;
  readonly #decisions: Counter<'source' | 'kind' | 'finality' | 'shadow'>;
  readonly #netSpeech: Histogram<'kind'>;
  readonly #abstentions: Counter<'kind' | 'reason'>;
  readonly #happened: Counter<'event'>;
  readonly #audio: Counter<'fate'>;
  readonly #duration: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#begun = new Counter({
      name: 'vouch_streams_begun_total',
      help: 'Streams that got their call; one that takes a call up again is resumed.',
      labelNames: ['direction', 'resumed'],
      registers,
    });
    this.#refused = new Counter({
      name: 'vouch_streams_refused_total',
      help: 'Streams that got no call, by the reason they were told.',
      labelNames: ['reason'],
      registers,
    });
    this.#over = new Counter({
      name: 'vouch_streams_over_total',
      help: 'Streams that are over: the call ended, was interrupted, or was taken over; and the error, if any.',
      labelNames: ['how', 'error'],
      registers,
    });
    this.#decisions = new Counter({
      name: 'vouch_decisions_total',
      help: 'Decisions that were news, of live calls and of recordings; an answer given again is none.',
      labelNames: ['source', 'kind', 'finality', 'shadow'],
      registers,
    });
    this.#netSpeech = new Histogram({
      name: 'vouch_decision_net_speech_seconds',
      help: 'Net speech that the first final decision of a stream rests on.',
      labelNames: ['kind'],
      buckets: SPEECH_BUCKETS,
      registers,
    });
    this.#abstentions = new Counter({
      name: 'vouch_abstentions_total',
      help: 'Streams whose last decision neither accepted nor rejected, once for each of its reasons, NONE without.',
      labelNames: ['kind', 'reason'],
      registers,
    });
    this.#happened = new Counter({
      name: 'vouch_call_events_total',
      help: 'Changes of state of live calls.',
      labelNames: ['event'],
      registers,
    });
    this.#audio = new Counter({
      name: 'vouch_audio_seconds_total',
      help: 'Audio of streams that are over: heard, of that net speech, or dropped unread.',
      labelNames: ['fate'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'vouch_stream_audio_seconds',
      help: 'Length of streams that are over, by the clock of their audio.',
      buckets: STREAM_BUCKETS,
      registers,
    });
  }

  opened({ direction, resumed }: OpenedStream): StreamObserver {
    this.#begun.inc({ direction, resumed: String(resumed) });
    let last: Decision | undefined;
    let decided = false;
    return {
      told: ({ body }: CallEvent) => {
        if (body.type === 'progress') return;
        this.#happened.inc({ event: body.type });
        if (body.type !== 'decision') return;
        last = body.decision;
        this.#decided(last, decided);
        decided ||= last.finality === 'FINAL';
      },
      over: (summary) => {
        this.#ended(summary, last);
      },
    };
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  /** A recording was decided. */
  decidedRecording({ kind, finality, shadow }: Decision): void {
    this.#decisions.inc({ source: 'RECORDING', kind, finality, shadow: String(shadow) });
  }

  #decided({ kind, finality, shadow, netSpeechMs }: Decision, before: boolean): void {
    this.#decisions.inc({ source: 'CALL', kind, finality, shadow: String(shadow) });
    if (finality === 'FINAL' && !before) this.#netSpeech.observe({ kind }, netSpeechMs / 1000);
  }

  #ended({ how, error, audioMs, droppedMs, netSpeechMs }: StreamSummary, last: Decision | undefined): void {
    this.#over.inc({ how, error: error ?? '' });
    this.#duration.observe(audioMs / 1000);
    this.#audio.inc({ fate: 'dropped' }, droppedMs / 1000);
    this.#audio.inc({ fate: 'heard' }, Math.max(0, audioMs - droppedMs) / 1000);
    this.#audio.inc({ fate: 'speech' }, netSpeechMs / 1000);
    if (!last || last.kind === 'ACCEPT' || last.kind === 'REJECT') return;
    const reasons = last.reasons.length > 0 ? last.reasons : ['NONE'];
    for (const reason of reasons) this.#abstentions.inc({ kind: last.kind, reason });
  }
}
