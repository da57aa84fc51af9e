import type { ConsentState, IdentityProofing, NoticeReference, PurposeState } from '../domain/people.js';
import type { HeldState } from '../domain/rights.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import * as common from '../gen/vouch/v1/common.js';
import * as consent from '../gen/vouch/v1/consent.js';
import * as enrolment from '../gen/vouch/v1/enrolment.js';
import { toProto, toProtoOrUnspecified } from './enums.js';
import { writeQuality } from './write-call.js';

export function writeConsentState(state: ConsentState): consent.ConsentState {
  return {
    purposes: state.purposes.map(writePurposeState),
    optedOut: state.optedOut,
    doNotAskBefore: state.doNotAskBefore ?? undefined,
    lastChainPosition: state.lastChainPosition,
  };
}

function writePurposeState(state: PurposeState): consent.PurposeState {
  const { notice } = state;
  return {
    purpose: toProto(common.Purpose, state.purpose),
    granted: state.granted,
    value: toProto(consent.ConsentValue, state.value),
    eventId: state.eventId,
    since: state.since,
    expiresAt: state.expiresAt ?? undefined,
    notice: notice ? writeNoticeReference(notice) : undefined,
    lapse: toProtoOrUnspecified(consent.GrantLapse, state.lapse),
    askAgainBy: state.askAgainBy ?? undefined,
  };
}

export function writeNoticeReference(notice: NoticeReference): consent.NoticeReference {
  return { ...notice, textSha256: Buffer.from(notice.textSha256, 'hex') };
}

export function writeHeldState({ state, since }: HeldState): consent.HeldState {
  return { state: toProto(consent.SpeakerState, state), since };
}

export function writeVoiceprint(voiceprint: Voiceprint): enrolment.Voiceprint {
  return {
    voiceprintId: voiceprint.voiceprintId,
    speakerId: voiceprint.speakerId,
    label: voiceprint.label,
    version: voiceprint.version,
    status: toProto(enrolment.VoiceprintStatus, voiceprint.status),
    source: toProto(enrolment.VoiceprintSource, voiceprint.source),
    callId: voiceprint.callId,
    consentEventId: voiceprint.consentEventId,
    netSpeechMs: Math.round(voiceprint.netSpeechMs),
    quality: writeQuality(voiceprint.quality),
    codec: voiceprint.codec,
    models: voiceprint.models.map((model) => ({ id: model.modelId, version: 0, sha256: model.modelSha256 })),
    proofing: writeProofing(voiceprint.proofing),
    createdAt: voiceprint.createdAt,
    usableFrom: voiceprint.usableFrom ?? undefined,
    consistency: voiceprint.consistency,
    adaptedFromVoiceprintId: voiceprint.adaptedFrom ?? '',
  };
}

export function writeProofing(proofing: IdentityProofing): common.IdentityProofing {
  const { strength, ...rest } = proofing;
  return { ...rest, strength: toProto(common.ProofingStrength, strength) };
}
