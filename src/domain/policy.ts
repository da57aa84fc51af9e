import type { NextAction } from './decision.js';

/** What a tenant wants of verification and enrolment; versioned, set by error rate and not by score. */
export interface Policy {
  /** Share of impostors that may be accepted over a whole call, all looks, voiceprints and claims together; 0.0001 to 0.2. */
  readonly targetFalseMatchRate: number;
  /** Net speech before the first look, ms. */
  readonly minimumNetSpeechMs: number;
  /** Net speech after which an undecided call is INCONCLUSIVE for good, ms. */
  readonly maximumNetSpeechMs: number;
  /** Reject at or below this log-likelihood ratio (natural logarithm), below 0. */
  readonly rejectBelowLlr: number;
  /** Net speech before a rejection, ms: it needs more evidence than an acceptance. */
  readonly rejectMinimumNetSpeechMs: number;
  /** How long a decision may be relied on, ms. */
  readonly decisionHoldsMs: number;
  /** Whether a mix of both parties may be streamed. */
  readonly allowMixedAudio: boolean;
  /** Record decisions, show none. */
  readonly shadow: boolean;
  /** Distinct speakers that one call may claim. */
  readonly maximumClaims: number;
  /** Audio of one call, ms. */
  readonly maximumCallMs: number;
  /** What comes of a call whose audio is that of an earlier one: not looked for, told, or not accepted. */
  readonly replayedCalls: 'OFF' | 'ADVISORY' | 'REFUSE';
  /** What comes of a call whose speech a countermeasure takes for synthetic; where there is such a model. */
  readonly syntheticSpeech: 'OFF' | 'ADVISORY' | 'REFUSE';
  readonly enrolment: EnrolmentPolicy;
  /** What to do after a decision; ordinary requests and risky ones. */
  readonly nextActions: {
    readonly accept: NextAction;
    readonly acceptHighRisk: NextAction;
    readonly reject: NextAction;
    readonly notEnrolled: NextAction;
    readonly otherwise: NextAction;
    readonly replaySuspected: NextAction;
  };
}

export interface EnrolmentPolicy {
  /** Net speech that a voiceprint from a live call needs, ms. */
  readonly minimumNetSpeechFromCallMs: number;
  /** Net speech that a voiceprint from a recording needs, ms. */
  readonly minimumNetSpeechFromRecordingMs: number;
  /** How long a voiceprint waits before its first use, ms; 0: none. */
  readonly waitingPeriodMs: number;
  /** Whether somebody else than who enrolled must approve a voiceprint before its first use. */
  readonly approval: 'NONE' | 'REQUIRED';
  /** How long speech of a call that was not enough is kept, to be added up with that of later calls, ms; 0: not at all. */
  readonly partialEvidenceMs: number;
  /** Whether voiceprints may learn from calls, under ADAPT. */
  readonly adaptation: boolean;
  /** How far above the threshold of acceptance a call must be to be learnt from, natural logarithm, at least 0. */
  readonly adaptationMarginLlr: number;
  /** Lowest cosine of a stretch of the speech with the rest of it: below it, the speech is not one person's. */
  readonly minimumConsistency: number;
  /** Quality below which nothing is enrolled. */
  readonly minimumSnrDb: number;
  readonly maximumClippedShare: number;
  /** Labelled voiceprints a speaker. */
  readonly maximumLabels: number;
}
