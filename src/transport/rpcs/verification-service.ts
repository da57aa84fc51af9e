import { VouchError } from '../../errors.js';
import * as common from '../../gen/vouch/v1/common.js';
import * as proto from '../../gen/vouch/v1/verification.js';
import { watchCall, type RecordingToVerify } from '../../session/index.js';
import { fromProto, fromProtoOptional, toProto } from '../enums.js';
import { readAudioFormat, readClaims, readContext } from '../read-call.js';
import { checkNamesAgent } from '../roles.js';
import { idempotencyKey, optionalId, validId, validText, validTime, validUuid } from '../validate.js';
import { shownDecision, writeEvent } from '../write-call.js';
import type { AtOwner } from './at-owner.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { Upload } from './upload.js';

type Implementation = proto.VerificationServiceImplementation<WithPrincipal>;

/** VerificationService. */
export function verificationService(
  parts: TransportParts,
  owner: AtOwner,
  streamCall: Implementation['streamCall'],
): Implementation {
  const { calls, control, recordings } = parts;
  const { methods } = proto.VerificationServiceDefinition;
  return {
    streamCall,

    getCall: async (request, { principal }) => {
      const found = await calls.store.reads.read(principal, validId(request.callId, 'call_id'));
      if (!found) throw new VouchError('CALL_NOT_FOUND', { field: 'call_id' });
      const { call, decision } = found;
      return {
        callId: call.callId,
        conversationId: call.conversationId,
        legId: call.legId,
        state: toProto(proto.CallState, call.state),
        paused: call.paused,
        startedAt: call.startedAt ?? undefined,
        endedAt: call.endedAt ?? undefined,
        decision: shownDecision(decision, principal.role),
        lastSequence: call.lastSequence,
        shadow: call.shadow,
      };
    },

    evaluateCall: owner.rpc(methods.evaluateCall, async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      const decision = await calls.evaluate(principal, request.callId, request.sinceMediaMs ?? null, key);
      return { decision: shownDecision(decision, principal.role) };
    }),

    updateCall: owner.rpc(methods.updateCall, async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      const claims = readClaims(request.claims, 'claims');
      const agentId = optionalId(request.agentId, 'agent_id');
      checkNamesAgent(principal, agentId);
      return { claimsSoFar: await calls.update(principal, request.callId, claims, agentId, key) };
    }),

    pauseCall: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      const reason = validText(request.reason, 'reason', 64);
      return control.pause(principal, validId(request.callId, 'call_id'), reason, key);
    },

    resumeCall: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      return control.resume(principal, validId(request.callId, 'call_id'), key);
    },

    reportOutcome: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      return calls.requests.outcome(
        principal,
        {
          decisionId: validUuid(request.decisionId, 'decision_id'),
          outcome: fromProto(proto.Outcome, request.outcome, 'outcome'),
          occurredAt: validTime(request.occurredAt, 'occurred_at'),
        },
        key,
      );
    },

    overrideDecision: async (request, { principal }) => {
      const recorded = await parts.overrides.record(principal, {
        callId: validId(request.callId, 'call_id'),
        decisionId: validUuid(request.decisionId, 'decision_id'),
        action: fromProto(proto.OverrideAction, request.action, 'action'),
        reason: fromProto(proto.OverrideReason, request.reason, 'reason'),
        note: validText(request.note, 'note', 256),
        onBehalfOf: optionalId(request.onBehalfOf, 'on_behalf_of'),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      await parts.poller.poke();
      return recorded;
    },

    watchCall: async function* (request, { principal, signal }) {
      const callId = validId(request.callId, 'call_id');
      for await (const event of watchCall(calls, principal, callId, request.afterSequence, signal)) {
        const message = writeEvent(event, principal.role);
        if (message) yield { event: message };
      }
    },

    verifyRecording: async (requests, { principal, signal }) => {
      const upload = new Upload(requests, parts.uploadLimits);
      const recording = readRecording(await upload.start(), () => upload.bytes());
      const { decision, audioMs, container, codec } = await recordings.verify(principal, recording, signal);
      return { decision: shownDecision(decision, principal.role), audioMs, container, codec };
    },
  };
}

/** Claims that one recording may make. */
const MOST_RECORDING_CLAIMS = 5;

function readRecording(start: proto.RecordingStart, bytes: () => Promise<Uint8Array>): RecordingToVerify {
  if (start.claims.length > MOST_RECORDING_CLAIMS)
    throw new VouchError('TOO_MANY_CLAIMS', { field: 'start.claims' });
  return {
    claims: readClaims(start.claims, 'start.claims'),
    raw: start.format && readAudioFormat(start.format, 'start.format'),
    callerChannel: start.callerChannel,
    source: fromProtoOptional(common.SourceProfile, start.source, 'start.source'),
    policyId: optionalId(start.policyId, 'start.policy_id'),
    context: readContext(start.context, 'start.context'),
    sourceId: optionalId(start.sourceId, 'start.source_id'),
    idempotencyKey: idempotencyKey(start.idempotencyKey),
    bytes,
  };
}
