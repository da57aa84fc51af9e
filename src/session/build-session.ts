import type { CallStart } from '../domain/call.js';
import type { CallEvent } from '../domain/event.js';
import type { Policy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { VersionedPolicy } from '../tenant/index.js';
import { Assessment } from './assessment.js';
import type { CallCalibration } from './call-calibrations.js';
import { checkCallerAlone } from './mixed-audio.js';
import { CallSession } from './call-session.js';
import { Checkpoints } from './checkpoints.js';
import type { OpenCall, ResumedCall } from './call-store.js';
import { EventLog } from './event-log.js';
import type { CallHub } from './hub.js';
import type { Load } from './load.js';
import type { CallsParts } from './ports.js';

/** All that a session is made from. */
export interface SessionOrder {
  readonly principal: Principal;
  readonly start: CallStart;
  readonly opened: OpenCall;
  readonly policy: VersionedPolicy;
  readonly calibration: CallCalibration;
  readonly resumed: ResumedCall;
  readonly key: string;
  readonly hub: CallHub;
  /** Tells the stream itself. */
  readonly tell: (event: CallEvent) => void;
  readonly onLost: (error: VouchError) => void;
}

/** Makes the session of a stream that has its call. What the first stream said of direction, shadow and policy holds. */
export function buildSession(parts: CallsParts, order: SessionOrder, load: Load): CallSession {
  const { extractor, clock, consentLeaseMs, store } = parts;
  const { principal, opened, policy: versioned, key, hub, onLost } = order;
  const start = { ...order.start, direction: opened.direction };
  const { policy, reference } = versioned;
  const { suspected } = order.resumed;
  const log = new EventLog({
    callId: start.callId,
    key,
    lastSequence: opened.lastSequence,
    clock,
    hub,
    append: (batch) => store.append(principal, start.callId, opened.epoch, batch),
    tell: order.tell,
    onLost,
  });
  const checkpoints = new Checkpoints(
    (evidence) => store.keepEvidence(principal.tenantId, start.callId, opened.epoch, evidence),
    opened.how === 'RESUMED',
  );
  const assessment = new Assessment({
    policy,
    policyReference: reference,
    calibration: order.calibration.calibration,
    calibrationFit: order.calibration.fit,
    spaces: extractor.spaces,
    transactionRisk: start.context.transactionRisk,
    shadow: opened.shadow,
    outbound: start.direction === 'OUTBOUND',
    clock,
    replay: { suspected: suspected.includes('replay') },
    spoof: { model: extractor.countermeasure, suspected: suspected.includes('spoof') },
    previousDecisionId: order.resumed.decisionId,
  });
  return new CallSession({
    principal,
    start,
    assessment,
    log,
    checkpoints,
    load,
    extractor,
    clock,
    consentLeaseMs,
    maximumDurationMs: Math.min(start.maximumDurationMs || policy.maximumCallMs, policy.maximumCallMs),
    paused: opened.paused,
    controlVersion: opened.controlVersion,
  });
}

/** Tells the stream what its call is. */
export function tellStarted(session: CallSession, { opened, policy: versioned, start }: SessionOrder): void {
  const { policy, reference } = versioned;
  session.started({
    resumeToken: opened.resumeToken,
    streamNumber: opened.epoch,
    policy: reference,
    targetFalseMatchRate: policy.targetFalseMatchRate,
    minimumNetSpeechMs: policy.minimumNetSpeechMs,
    resumed: opened.how === 'RESUMED',
    pauseReason: pauseOf(opened, start),
  });
}

/** Why the stream starts paused; null when it does not. */
function pauseOf(opened: OpenCall, start: CallStart): string | null {
  if (!opened.paused) return null;
  return opened.pauseReason === '' && start.initiallyPaused ? 'initially-paused' : opened.pauseReason;
}

/** What the policy says of a start. Throws MIXED_AUDIO_REFUSED, TOO_MANY_CLAIMS. */
export function checkStart(start: CallStart, policy: Policy): void {
  if (!policy.allowMixedAudio) checkCallerAlone(start);
  if (new Set(start.claims.map((claim) => claim.speakerId)).size > policy.maximumClaims) {
    throw new VouchError('TOO_MANY_CLAIMS', { field: 'start.claims' });
  }
}
