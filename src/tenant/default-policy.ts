import type { Policy } from '../domain/policy.js';

/** What a new tenant begins with. Times in ms. */
export const DEFAULT_POLICY: Policy = {
  targetFalseMatchRate: 0.01,
  // One window of speech (2,995 ms); three for a rejection.
  minimumNetSpeechMs: 2_900,
  maximumNetSpeechMs: 60_000,
  // On development calls 0.1 % of genuine callers ever fell below it after three windows (docs/decisions/0010-what-was-learnt-of-accuracy.md).
  rejectBelowLlr: -4,
  rejectMinimumNetSpeechMs: 8_900,
  decisionHoldsMs: 600_000,
  allowMixedAudio: false,
  shadow: false,
  maximumClaims: 5,
  maximumCallMs: 4 * 3_600_000,
  replayedCalls: 'REFUSE',
  syntheticSpeech: 'ADVISORY',
  enrolment: {
    minimumNetSpeechFromCallMs: 20_000,
    minimumNetSpeechFromRecordingMs: 10_000,
    waitingPeriodMs: 24 * 3_600_000,
    approval: 'NONE',
    partialEvidenceMs: 30 * 86_400_000,
    adaptation: false,
    adaptationMarginLlr: 2,
    minimumConsistency: 0.72,
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
