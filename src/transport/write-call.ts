import type { ArtefactReference, ClaimResult, Decision } from '../domain/decision.js';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import type { Role } from '../domain/principal.js';
import type { SpeechQuality } from '../domain/speech.js';
import type * as common from '../gen/vouch/v1/common.js';
import * as decisions from '../gen/vouch/v1/decision.js';
import * as proto from '../gen/vouch/v1/verification.js';
import { toProto, toProtoOrUnspecified } from './enums.js';
import { shownScores } from './shown-scores.js';

/** Whether this role may see a decision at all: in shadow mode agents must not act on it. */
function visibleTo(decision: Decision, role: Role): boolean {
  return !(decision.shadow && role === 'AGENT');
}

/** An answer's decision: absent where there is none, or none for this role. */
export function shownDecision(decision: Decision | null, role: Role): decisions.Decision | undefined {
  return decision !== null && visibleTo(decision, role) ? writeDecision(decision, role) : undefined;
}

/** An event as this role may see it; undefined where it may not see it at all (decisions in shadow mode). */
export function writeEvent(event: CallEvent, role: Role): proto.CallEvent | undefined {
  const body = writeBody(event.body, role);
  if (!body) return undefined;
  return {
    sequence: event.sequence,
    callId: event.callId,
    emittedAt: event.emittedAt,
    mediaTimeMs: event.mediaTimeMs,
    replayed: event.replayed,
    event: body,
  };
}

function writeBody(body: CallEventBody, role: Role): proto.CallEvent['event'] {
  const ms = Math.round;
  switch (body.type) {
    case 'started':
      return {
        $case: 'started',
        value: {
          resumeToken: body.resumeToken,
          streamNumber: body.streamNumber,
          paused: body.paused,
          policy: writeReference(body.policy),
          targetFalseMatchRate: body.targetFalseMatchRate,
          minimumNetSpeechMs: body.minimumNetSpeechMs,
        },
      };
    case 'progress':
      return {
        $case: 'progress',
        value: {
          audioMs: ms(body.audioMs),
          droppedMs: ms(body.droppedMs),
          netSpeechMs: ms(body.netSpeechMs),
          quality: writeQuality(body.quality),
          // Whether the call is in shadow mode is not known here: agents read decisions from decisions.
          kind: toProtoOrUnspecified(decisions.DecisionKind, role === 'AGENT' ? null : body.kind),
          ...shownScores(body, role, body.manyAttempts),
        },
      };
    case 'decision':
      return visibleTo(body.decision, role)
        ? { $case: 'decision', value: writeDecision(body.decision, role) }
        : undefined;
    case 'evaluation':
      return visibleTo(body.decision, role)
        ? { $case: 'evaluation', value: writeDecision(body.decision, role) }
        : undefined;
    case 'quality':
      return {
        $case: 'quality',
        value: {
          quality: writeQuality(body.quality),
          problems: body.problems.map((problem) => toProto(decisions.ReasonCode, problem)),
        },
      };
    case 'paused':
      return {
        $case: 'paused',
        value: { reason: body.reason, origin: toProto(proto.ControlOrigin, body.origin) },
      };
    case 'resumed':
      return { $case: 'resumed', value: { origin: toProto(proto.ControlOrigin, body.origin) } };
    case 'claimReceived':
      return {
        $case: 'claimReceived',
        value: {
          claimNumber: body.claimNumber,
          speakerId: body.speakerId,
          method: toProtoOrUnspecified(proto.ClaimMethod, body.method),
        },
      };
    case 'speakerChanged':
      return {
        $case: 'speakerChanged',
        value: { sinceMediaMs: ms(body.sinceMediaMs), withdrawnDecisionId: body.withdrawnDecisionId },
      };
    case 'consentChanged':
      return {
        $case: 'consentChanged',
        value: { claimNumber: body.claimNumber, granted: body.granted, consentEventId: body.consentEventId },
      };
    case 'evidenceRestarted':
      return { $case: 'evidenceRestarted', value: { reason: toProto(decisions.ReasonCode, body.reason) } };
    case 'audioLost':
      return {
        $case: 'audioLost',
        value: { sinceMediaMs: ms(body.sinceMediaMs), untilMediaMs: ms(body.untilMediaMs) },
      };
    case 'overridden':
      return {
        $case: 'overridden',
        value: {
          overrideId: body.overrideId,
          decisionId: body.decisionId,
          action: toProto(proto.OverrideAction, body.action),
          reason: toProto(proto.OverrideReason, body.reason),
        },
      };
    case 'drain':
      return { $case: 'drain', value: { deadline: body.deadline } };
    case 'ended':
      return {
        $case: 'ended',
        value: {
          reason: toProto(proto.EndReason, body.reason),
          note: body.note,
          audioMs: ms(body.audioMs),
          droppedMs: ms(body.droppedMs),
          netSpeechMs: ms(body.netSpeechMs),
          decisionId: body.decisionId,
        },
      };
  }
}

/** A decision as this role may see it. */
function writeDecision(decision: Decision, role: Role): decisions.Decision {
  return {
    decisionId: decision.decisionId,
    supersedesDecisionId: decision.supersedesDecisionId,
    kind: toProto(decisions.DecisionKind, decision.kind),
    finality: toProto(decisions.Finality, decision.finality),
    media: { startMs: Math.round(decision.mediaStartMs), endMs: Math.round(decision.mediaEndMs) },
    decidedAt: decision.decidedAt,
    holdsUntil: decision.holdsUntil,
    claims: decision.claims.map((claim) => writeClaim(claim, role, decision.risks.attempts === 'SUSPECTED')),
    ...shownScores(decision, role, decision.risks.attempts === 'SUSPECTED'),
    confidenceBand: toProtoOrUnspecified(decisions.ConfidenceBand, decision.confidenceBand),
    llrClipped: decision.llrClipped,
    netSpeechMs: Math.round(decision.netSpeechMs),
    quality: writeQuality(decision.quality),
    looks: decision.looks,
    claimsSoFar: decision.claimsSoFar,
    policy: writeReference(decision.policy),
    models: decision.models.map(writeReference),
    calibration: writeReference(decision.calibration),
    calibrationFit: toProto(decisions.CalibrationFit, decision.calibrationFit),
    reasons: decision.reasons.map((reason) => toProto(decisions.ReasonCode, reason)),
    statedFalseMatchRate: decision.statedFalseMatchRate ?? undefined,
    risks: {
      spoof: toProto(decisions.RiskResult, decision.risks.spoof),
      replay: toProto(decisions.RiskResult, decision.risks.replay),
      watchlist: toProto(decisions.RiskResult, decision.risks.watchlist),
      attempts: toProto(decisions.RiskResult, decision.risks.attempts),
    },
    shadow: decision.shadow,
    nextAction: toProto(decisions.NextAction, decision.nextAction),
    identification: toProtoOrUnspecified(decisions.Identification, decision.identification ?? null),
    countermeasure: decision.countermeasure && writeReference(decision.countermeasure),
  };
}

function writeClaim(claim: ClaimResult, role: Role, manyAttempts: boolean): decisions.ClaimResult {
  return {
    claimNumber: claim.claimNumber,
    speakerId: claim.speakerId,
    kind: toProto(decisions.DecisionKind, claim.kind),
    consentEventId: claim.consentEventId,
    voiceprintId: claim.voiceprintId,
    voiceprintVersion: claim.voiceprintVersion,
    voiceprintLabel: claim.voiceprintLabel,
    ...shownScores(claim, role, manyAttempts),
    llrClipped: claim.llrClipped,
    // Decisions of earlier releases do not say.
    ...(claim.speech ? { netSpeechMs: Math.round(claim.speech.netSpeechMs) } : {}),
    reasons: claim.reasons.map((reason) => toProto(decisions.ReasonCode, reason)),
  };
}

export function writeReference(reference: ArtefactReference): common.ArtefactReference {
  return { id: reference.id, version: reference.version, sha256: reference.sha256 };
}

export function writeQuality(quality: SpeechQuality): common.SpeechQuality {
  return {
    clippedShare: quality.clippedShare,
    toneOrMusicShare: quality.toneOrMusicShare,
    ...(quality.otherVoiceShare === null ? {} : { otherVoiceShare: quality.otherVoiceShare }),
    ...(quality.snrDb === null ? {} : { snrDb: quality.snrDb }),
    ...(quality.levelDbfs === null ? {} : { levelDbfs: quality.levelDbfs }),
    ...(quality.bandwidthHz === null ? {} : { bandwidthHz: Math.round(quality.bandwidthHz) }),
  };
}
