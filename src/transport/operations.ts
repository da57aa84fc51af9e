import type { OperatingCurves } from '../domain/calibration.js';
import type { Decision } from '../domain/decision.js';
import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import * as common from '../gen/vouch/v1/common.js';
import * as decisions from '../gen/vouch/v1/decision.js';
import * as proto from '../gen/vouch/v1/operations.js';
import { CallDirection, CallState } from '../gen/vouch/v1/verification.js';
import type { Activity, CallListFilter, InstallationState, ListedCall } from '../operations/index.js';
import { fromProto, fromProtoOptional, toProto, toProtoOrUnspecified } from './enums.js';
import { optionalId, validTime } from './validate.js';
import { shownDecision, writeReference } from './write-call.js';

/** Who may ask for what was done with a person. */
const PRIVACY: readonly Role[] = ['PRIVACY_OFFICER', 'AUDITOR', 'ADMINISTRATOR'];

/** Throws ID_INVALID, FIELD_INVALID, FIELD_REQUIRED, ROLE_NOT_ALLOWED for a filter that the role may not use. */
export function readCallFilter({ role }: Principal, request: proto.ListCallsRequest): CallListFilter {
  const { decisionKinds } = request;
  const kinds = decisionKinds.map((kind) => fromProto(decisions.DecisionKind, kind, 'decision_kinds'));
  // In shadow mode an agent would read from it what they are not shown.
  if (kinds.length > 0 && role === 'AGENT') throw notAllowed(role, 'decision_kinds');
  const speakerId = optionalId(request.speakerId, 'speaker_id') || null;
  if (speakerId !== null && !PRIVACY.includes(role)) throw notAllowed(role, 'speaker_id');
  const from = validTime(request.from, 'from');
  const to = validTime(request.to, 'to');
  if (from && to && from > to)
    throw new VouchError('FIELD_INVALID', { field: 'from', message: 'from is after to.' });
  return {
    liveOnly: request.liveOnly,
    decisionKinds: kinds.length > 0 ? kinds : null,
    from,
    to,
    speakerId,
    source: fromProtoOptional(common.SourceProfile, request.source, 'source'),
  };
}

function notAllowed(role: Role, field: string): VouchError {
  return new VouchError('ROLE_NOT_ALLOWED', { field, metadata: { role } });
}

/** A call as this role may see it in a list. */
export function writeListedCall(call: ListedCall, role: Role): proto.CallSummary {
  const { callId, conversationId, upstreamCodec, paused, shadow, createdAt, claims } = call;
  return {
    callId,
    conversationId,
    upstreamCodec,
    paused,
    shadow,
    createdAt,
    claims,
    state: toProto(CallState, call.state),
    direction: toProtoOrUnspecified(CallDirection, call.direction),
    source: toProtoOrUnspecified(common.SourceProfile, call.source),
    startedAt: call.startedAt ?? undefined,
    endedAt: call.endedAt ?? undefined,
    decision: writeSummary(call.decision, role),
    qualityProblems: call.qualityProblems.map((problem) => toProto(decisions.ReasonCode, problem)),
    replicaId: call.replicaId ?? '',
    agentId: call.agentId ?? '',
  };
}

function writeSummary(decision: Decision | null, role: Role): proto.CallSummaryDecision | undefined {
  const shown = shownDecision(decision, role);
  if (shown === undefined) return undefined;
  const {
    decisionId,
    kind,
    finality,
    confidenceBand,
    confidence,
    netSpeechMs,
    reasons,
    decidedAt,
    nextAction,
  } = shown;
  return {
    decisionId,
    kind,
    finality,
    confidenceBand,
    ...(confidence === undefined ? {} : { confidence }),
    netSpeechMs,
    reasons,
    decidedAt,
    nextAction,
  };
}

export function writeActivity(activity: Activity): proto.GetActivityResponse {
  const { DecisionKind, ReasonCode } = decisions;
  const { countedAt, decidedCalls } = activity;
  return {
    countedAt,
    decidedCalls,
    hours: activity.hours.map(({ beginsAt, decisions: counted }) => ({
      beginsAt,
      decisions: counted.map(({ kind, calls }) => ({ kind: toProto(DecisionKind, kind), calls })),
    })),
    abstentions: activity.abstentions.map(({ kind, reason, calls }) => ({
      kind: toProto(DecisionKind, kind),
      reason: toProtoOrUnspecified(ReasonCode, reason),
      calls,
    })),
    qualityProblems: activity.qualityProblems.map(({ source, problem, calls }) => ({
      source: toProtoOrUnspecified(common.SourceProfile, source),
      problem: toProtoOrUnspecified(ReasonCode, problem),
      calls,
    })),
    live: activity.live.map(({ replicaId, ...live }) => ({ replicaId: replicaId ?? '', ...live })),
  };
}

export function writeInstallation(state: InstallationState): proto.GetSystemResponse {
  const { release, replicaId, replicas, database, jobs } = state;
  return {
    release,
    replicaId,
    replicas: replicas.map((replica) => ({
      replicaId: replica.replicaId,
      startedAt: replica.startedAt,
      seenAt: replica.seenAt,
      draining: replica.draining,
      liveCalls: replica.liveCalls,
      release: replica.release,
      health: toProto(proto.ReplicaHealth, replica.health),
    })),
    database,
    jobs: { ...jobs, oldestWaitsSince: jobs.oldestWaitsSince ?? undefined },
  };
}

export function writeCurves(found: OperatingCurves): proto.GetOperatingCurveResponse {
  const { calibration, measuredOn, caveat, curves } = found;
  return {
    calibration: writeReference(calibration),
    measuredOn,
    caveat,
    curves: curves.map(({ points, ...curve }) => ({ ...curve, points: [...points] })),
  };
}
