import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { CallEvent } from '../domain/event.js';
import type { StreamObserver, StreamSummary } from '../session/index.js';

/**
 * What happens in a call, in the trace of its stream: a span for the consent gate, one from the start to the first final
 * decision, and events on the way. Words, counts and times only.
 */
export class CallTrace implements StreamObserver {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  /** While nothing final was decided. */
  #deciding: Span | undefined;
  #hasSpeech = false;

  /** @param context of the stream's span */
  constructor(tracer: Tracer, span: Span, context: Context) {
    this.#tracer = tracer;
    this.#span = span;
    this.#context = context;
  }

  asked(claims: number, grounds: number, tookMs: number): void {
    const endTime = Date.now();
    const attributes = { 'vouch.claims': claims, 'vouch.grounds': grounds };
    const options = { attributes, startTime: endTime - tookMs };
    this.#tracer.startSpan('consent gate', options, this.#context).end(endTime);
  }

  told({ body, mediaTimeMs }: CallEvent): void {
    if (body.type === 'started') {
      this.#span.setAttributes({ 'vouch.stream_number': body.streamNumber, 'vouch.paused': body.paused });
      this.#deciding = this.#tracer.startSpan('listen and decide', {}, this.#context);
    } else if (body.type === 'progress') {
      this.#speech(body.netSpeechMs, mediaTimeMs);
    } else if (body.type === 'decision' || body.type === 'evaluation') {
      const { kind, finality, looks, netSpeechMs, shadow, reasons } = body.decision;
      this.#speech(netSpeechMs, mediaTimeMs);
      const attributes = {
        'vouch.decision.kind': kind,
        'vouch.decision.finality': finality,
        'vouch.decision.looks': looks,
        'vouch.decision.reasons': [...reasons],
        'vouch.net_speech_ms': Math.round(netSpeechMs),
        'vouch.shadow': shadow,
      };
      this.#event(body.type, mediaTimeMs, attributes);
      if (body.type === 'decision' && finality === 'FINAL') this.#decided(attributes);
    } else {
      this.#event(body.type, mediaTimeMs, body.type === 'ended' ? { 'vouch.end_reason': body.reason } : {});
    }
  }

  over({ how, error, audioMs, droppedMs, netSpeechMs }: StreamSummary): void {
    this.#span.setAttributes({
      'vouch.stream.end': how,
      'vouch.stream.error': error ?? '',
      'vouch.audio_ms': Math.round(audioMs),
      'vouch.dropped_ms': Math.round(droppedMs),
      'vouch.net_speech_ms': Math.round(netSpeechMs),
    });
    this.close();
  }

  /** Ends what is open; the stream's own span is its owner's. */
  close(): void {
    this.#deciding?.end();
    this.#deciding = undefined;
  }

  /** Speech was heard: the first time says when, to a second. */
  #speech(netSpeechMs: number, mediaTimeMs: number): void {
    if (this.#hasSpeech || netSpeechMs <= 0) return;
    this.#hasSpeech = true;
    this.#event('first speech', mediaTimeMs, {});
  }

  #decided(attributes: Attributes): void {
    this.#deciding?.setAttributes(attributes);
    this.close();
  }

  #event(name: string, mediaTimeMs: number, attributes: Attributes): void {
    (this.#deciding ?? this.#span).addEvent(name, {
      'vouch.media_time_ms': Math.round(mediaTimeMs),
      ...attributes,
    });
  }
}
