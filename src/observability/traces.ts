import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { StreamObserver } from '../session/index.js';
import { CallTrace } from './call-trace.js';

/** Spans that may wait to be sent; what comes then is dropped. */
const MOST_WAITING = 2048;
const BATCH = 256;
const SEND_EVERY_MS = 2000;
/** A collector that takes longer loses the batch, ms. */
const SEND_WITHIN_MS = 3000;
/** A process that stops waits for it this long, ms. */
const CLOSE_WITHIN_MS = 2000;

export interface TraceOptions {
  /** Of an OTLP/HTTP collector, for example `http://127.0.0.1:4318`; `/v1/traces` is added. */
  readonly endpoint: string;
  /** Of the requests that say nothing of a trace of their own, 0 to 1; others are traced where the client's span is. */
  readonly share: number;
  readonly version: string;
  /** Told of each batch that was sent, or lost. */
  readonly onSent: (spans: number, outcome: 'sent' | 'lost') => void;
}

/** A request that is traced. */
export interface TracedRequest {
  readonly call: StreamObserver;
  ended(code: string): void;
}

/**
 * Traces from the client's span to the decision, sent in the background. Attributes are words of the code, counts and times.
 * Nothing here is global, and a collector that is away costs the spans and nothing else.
 */
export class Traces {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor({ endpoint, share, version, onSent }: TraceOptions) {
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const exporter = counted(new OTLPTraceExporter({ url, timeoutMillis: SEND_WITHIN_MS }), onSent);
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'vouch', 'service.version': version }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
      spanProcessors: [
        new BatchSpanProcessor(exporter, {
          maxQueueSize: MOST_WAITING,
          maxExportBatchSize: BATCH,
          scheduledDelayMillis: SEND_EVERY_MS,
          exportTimeoutMillis: SEND_WITHIN_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('vouch', version);
  }

  /**
   * Begins the span of a request.
   *
   * @param rpc for example `AdminService/PutPolicy`
   * @param traceparent as W3C Trace Context has it; undefined or malformed: the trace begins here
   */
  begin(transport: 'grpc' | 'http', rpc: string, traceparent: string | undefined): TracedRequest {
    const [service = '', method = ''] = rpc.split('/');
    const attributes = {
      'rpc.system': transport,
      'rpc.service': `vouch.v1.${service}`,
      'rpc.method': method,
    };
    const parent = readParent(traceparent);
    const span = this.#tracer.startSpan(rpc, { kind: SpanKind.SERVER, attributes }, parent);
    const call = new CallTrace(this.#tracer, span, trace.setSpan(parent, span));
    return {
      call,
      ended: (code) => {
        call.close();
        endOf(span, code);
      },
    };
  }

  /** Sends what waits, as far as the collector takes it soon, and ends. */
  async close(): Promise<void> {
    const patience = new Promise((done) => setTimeout(done, CLOSE_WITHIN_MS).unref());
    await Promise.race([this.#provider.shutdown().catch(() => undefined), patience]);
  }
}

function endOf(span: Span, code: string): void {
  span.setAttribute('rpc.status', code);
  // What a client did wrong is no error of this span: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
  if (['INTERNAL', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED'].includes(code))
    span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The context of a client's span: https://www.w3.org/TR/trace-context/#traceparent-header */
function readParent(traceparent: string | undefined): Context {
  const match = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-|$)/.exec(traceparent ?? '');
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  const traceFlags = parseInt(flags || '0', 16) & TraceFlags.SAMPLED;
  const parent = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** The same exporter, whose batches are counted. */
function counted(exporter: SpanExporter, onSent: TraceOptions['onSent']): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        onSent(spans.length, result.error === undefined ? 'sent' : 'lost');
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
