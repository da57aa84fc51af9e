import type { Policy } from '../../src/domain/policy.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';

/** What tenants of tests begin with: the same few recordings are their calls over and over, and no replay is looked for. */
export const TENANT_POLICY: Policy = { ...DEFAULT_POLICY, replayedCalls: 'OFF' };

/** A policy for tests that need one and not a tenant. */
export const TEST_POLICY: Policy = {
  targetFalseMatchRate: 0.01,
  minimumNetSpeechMs: 2900,
  maximumNetSpeechMs: 60_000,
  rejectBelowLlr: -3,
  rejectMinimumNetSpeechMs: 8900,
  decisionHoldsMs: 600_000,
  allowMixedAudio: false,
  shadow: false,
  maximumClaims: 5,
  maximumCallMs: 3_600_000,
  replayedCalls: 'OFF',
  syntheticSpeech: 'ADVISORY',
  enrolment: {
    minimumNetSpeechFromCallMs: 20_000,
    minimumNetSpeechFromRecordingMs: 10_000,
    waitingPeriodMs: 0,
    approval: 'NONE',
    partialEvidenceMs: 0,
    adaptation: false,
    adaptationMarginLlr: 2,
    minimumConsistency: 0.3,
    minimumSnrDb: 5,
    maximumClippedShare: 0.1,
    maximumLabels: 5,
  },
  nextActions: {
    accept: 'SKIP_QUESTIONS',
    acceptHighRisk: 'STEP_UP',
    reject: 'REFER',
    notEnrolled: 'OFFER_ENROLMENT',
    otherwise: 'ASK_QUESTIONS',
    replaySuspected: 'STEP_UP',
  },
};
