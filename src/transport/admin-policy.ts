import type { Policy } from '../domain/policy.js';
import * as proto from '../gen/vouch/v1/admin.js';
import * as common from '../gen/vouch/v1/common.js';
import { NextAction } from '../gen/vouch/v1/decision.js';
import type { PolicyVersion } from '../tenant/index.js';
import { fromProto, fromProtoOptional, toProto } from './enums.js';
import { required } from './validate.js';
import { writeReference } from './write-call.js';

/** A policy as it was sent; its ranges are checked where it is stored. */
export function readPolicy(given: proto.Policy | undefined): Policy {
  const policy = required(given, 'policy');
  const enrolment = required(policy.enrolment, 'policy.enrolment');
  const actions = required(policy.nextActions, 'policy.next_actions');
  const action = (name: keyof proto.NextActions, field: string) =>
    fromProto(NextAction, actions[name], `policy.next_actions.${field}`);
  const replayed = fromProtoOptional(proto.ReplayedCalls, policy.replayedCalls, 'policy.replayed_calls');
  const synthetic = fromProtoOptional(
    proto.SyntheticSpeech,
    policy.syntheticSpeech,
    'policy.synthetic_speech',
  );
  return {
    ...policy,
    replayedCalls: replayed ?? 'REFUSE',
    syntheticSpeech: synthetic ?? 'ADVISORY',
    enrolment: {
      ...enrolment,
      approval: fromProtoOptional(proto.Approval, enrolment.approval, 'policy.enrolment.approval') ?? 'NONE',
    },
    nextActions: {
      accept: action('accept', 'accept'),
      acceptHighRisk: action('acceptHighRisk', 'accept_high_risk'),
      reject: action('reject', 'reject'),
      notEnrolled: action('notEnrolled', 'not_enrolled'),
      otherwise: action('otherwise', 'otherwise'),
      replaySuspected:
        fromProtoOptional(NextAction, actions.replaySuspected, 'policy.next_actions.replay_suspected') ??
        'STEP_UP',
    },
  };
}

export function writePolicyVersion(version: PolicyVersion): proto.PolicyVersion {
  return {
    reference: writeReference(version.reference),
    policy: version.policy ? writePolicy(version.policy) : undefined,
    createdAt: version.createdAt,
    createdBy: version.createdBy,
    createdByRole: toProto(common.Role, version.createdByRole),
    reason: version.reason,
  };
}

function writePolicy(policy: Policy): proto.Policy {
  const { accept, acceptHighRisk, reject, notEnrolled, otherwise, replaySuspected } = policy.nextActions;
  const { replayedCalls, syntheticSpeech, ...rest } = policy;
  return {
    ...rest,
    replayedCalls: toProto(proto.ReplayedCalls, replayedCalls),
    syntheticSpeech: toProto(proto.SyntheticSpeech, syntheticSpeech),
    enrolment: { ...policy.enrolment, approval: toProto(proto.Approval, policy.enrolment.approval) },
    nextActions: {
      accept: toProto(NextAction, accept),
      acceptHighRisk: toProto(NextAction, acceptHighRisk),
      reject: toProto(NextAction, reject),
      notEnrolled: toProto(NextAction, notEnrolled),
      otherwise: toProto(NextAction, otherwise),
      replaySuspected: toProto(NextAction, replaySuspected),
    },
  };
}
