import type { Config } from './config.js';
import type { Decision } from './domain/decision.js';
import {
  CallLog,
  createLog,
  loggedFailure,
  Metrics,
  openTraces,
  type BackgroundWork,
  type Logger,
  type ServiceState,
  together,
} from './observability/index.js';
import { release } from './package-root.js';
import type { Calls, CallsObserver } from './session/index.js';
import type { KeyKeeper } from './keys/index.js';
import type { Database } from './storage/index.js';
import type { ObserveRequest } from './transport/index.js';

/** Makes what is told of failures of one kind of work that is tried again. */
export type TellFailure = (work: BackgroundWork, words: string) => (error: unknown) => void;

/** What operators see of a service. */
export interface Observability {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly failed: TellFailure;
  readonly observeCalls: CallsObserver;
  readonly onRecordingDecision: (decision: Decision) => void;
  readonly onTransaction: (tookMs: number, error: unknown) => void;
  readonly onDenied: (purpose: string, reason: string) => void;
  readonly onUnknown: (transport: 'grpc' | 'http', reason: string) => void;
  readonly observeRequest: ObserveRequest;
  /** Sends what waits to be sent. */
  readonly close: () => Promise<void>;
}

/** Makes it, for a service that is about to be put together. */
export async function openObservability(
  config: Config,
  broughtLog: Logger | undefined,
): Promise<Observability> {
  const log = broughtLog ?? createLog({ level: config.logLevel });
  const metrics = new Metrics({ version: release() }, config.workers);
  const traces =
    config.traces &&
    (await openTraces({
      ...config.traces,
      version: release(),
      onSent: (spans, outcome) => {
        metrics.background.spans(spans, outcome);
      },
    }));
  return {
    log,
    metrics,
    failed: (work, words) => (error) => {
      log.warn(loggedFailure(error), words);
      metrics.background.failed(work);
    },
    observeCalls: together([metrics.calls, new CallLog(log)]),
    onRecordingDecision: (decision) => {
      metrics.calls.decidedRecording(decision);
    },
    onTransaction: (tookMs, error) => {
      metrics.background.transaction(tookMs, error);
    },
    onDenied: (purpose, reason) => {
      metrics.requests.denied(purpose, reason);
    },
    onUnknown: (transport, reason) => {
      metrics.requests.unknown(transport, reason);
    },
    close: async () => traces?.close(),
    observeRequest: ({ transport, rpc, isStream, metadata }) => {
      const beganMs = performance.now();
      const [service = '', method = ''] = rpc.split('/');
      const traced = traces?.begin(transport, rpc, metadata('traceparent'));
      return {
        ...(traced && { call: traced.call }),
        ended: (code) => {
          traced?.ended(code);
          const tookMs = performance.now() - beganMs;
          metrics.requests.finished({ transport, service, method, isStream, code, tookMs });
          log.debug({ transport, rpc, code, tookMs: Math.round(tookMs) }, 'a request is over');
        },
      };
    },
  };
}

/** What a service's gauges are read from. */
export interface StateParts {
  readonly calls: Calls;
  readonly extractor: { readonly lagMs: number };
  readonly database: Database;
  readonly keyKeeper: KeyKeeper;
  readonly tls: { readonly endsAt: Date | undefined } | null;
}

/** How a service is now. */
export function stateOf(
  config: Config,
  { calls, extractor, database, keyKeeper, tls }: StateParts,
): () => ServiceState {
  return () => {
    const { threadDelayMs, isBusy, isFull } = calls.load;
    return {
      liveCalls: calls.count,
      maximumCalls: config.maximumCalls,
      queueDelayMs: extractor.lagMs,
      threadDelayMs,
      isBusy,
      isFull,
      unwritten: calls.unwritten,
      connections: database.connections,
      keys: keyKeeper.lastSeen,
      certificateEndsAt: tls?.endsAt,
    };
  };
}
