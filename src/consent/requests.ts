import type { JsonValue } from '../crypto/index.js';
import { evidenceJson, proofingJson } from './append.js';
import type { OptOutInput, RecordConsentInput, WithdrawInput } from './inputs.js';

/** All that was asked, for telling a repeat from another request. */
export function recordRequest(input: RecordConsentInput): JsonValue {
  return {
    speakerId: input.speakerId,
    callId: input.callId,
    mediaTimeMs: input.mediaTimeMs,
    occurredAt: input.occurredAt.toISOString(),
    evidence: evidenceJson(input.evidence),
    proofing: proofingJson(input.proofing),
    onBehalfOf: input.onBehalfOf,
    ...recordBody(input),
  };
}

/** What the chain holds of an entry: nothing that names a person. */
export function recordBody(input: RecordConsentInput): Record<string, JsonValue> {
  return {
    purposes: { ...input.purposes },
    ground: input.ground,
    controllerEntity: input.controllerEntity,
    jurisdiction: input.jurisdiction,
    notice: input.notice && { ...input.notice },
    signatureMethod: input.signatureMethod,
    capacity: input.capacity,
    expiresAt: input.expiresAt?.toISOString() ?? null,
    doNotAskBefore: input.doNotAskBefore?.toISOString() ?? null,
    liftsOptOut: input.liftsOptOut,
  };
}

export function withdrawRequest(input: WithdrawInput): JsonValue {
  return { ...optOutRequest(input), purposes: [...input.purposes].sort() };
}

export function optOutRequest(input: OptOutInput): Record<string, JsonValue> {
  return {
    speakerId: input.speakerId,
    occurredAt: input.occurredAt?.toISOString() ?? null,
    evidence: evidenceJson(input.evidence),
    onBehalfOf: input.onBehalfOf,
  };
}
