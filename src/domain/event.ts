import type { ClaimMethod, ControlOrigin, EndReason, OverrideAction, OverrideReason } from './call.js';
import type { ArtefactReference, Decision, DecisionKind, ReasonCode } from './decision.js';
import type { SpeechQuality } from './speech.js';

/** What may happen in a call. Everything but `progress` is a change of state: numbered, stored, replayed. */
export type CallEventBody =
  | {
      readonly type: 'started';
      /** Only for the stream itself; never stored. */
      readonly resumeToken: string;
      readonly streamNumber: number;
      readonly paused: boolean;
      readonly policy: ArtefactReference;
      readonly targetFalseMatchRate: number;
      readonly minimumNetSpeechMs: number;
    }
  | {
      readonly type: 'progress';
      readonly audioMs: number;
      readonly droppedMs: number;
      readonly netSpeechMs: number;
      readonly quality: SpeechQuality;
      readonly kind: DecisionKind;
      readonly confidence: number | null;
      /** Whether exact scores are not to be told: a claim is tried again and again. */
      readonly manyAttempts: boolean;
    }
  | { readonly type: 'decision'; readonly decision: Decision }
  /** Asked for; the call's own decision stands. */
  | { readonly type: 'evaluation'; readonly decision: Decision }
  | { readonly type: 'quality'; readonly quality: SpeechQuality; readonly problems: readonly ReasonCode[] }
  | { readonly type: 'paused'; readonly reason: string; readonly origin: ControlOrigin }
  | { readonly type: 'resumed'; readonly origin: ControlOrigin }
  | {
      readonly type: 'claimReceived';
      readonly claimNumber: number;
      readonly speakerId: string;
      readonly method: ClaimMethod | null;
    }
  | { readonly type: 'speakerChanged'; readonly sinceMediaMs: number; readonly withdrawnDecisionId: string }
  | {
      readonly type: 'consentChanged';
      readonly claimNumber: number;
      readonly granted: boolean;
      readonly consentEventId: string;
    }
  | { readonly type: 'evidenceRestarted'; readonly reason: ReasonCode }
  /** A worker was lost: speech between these that was not embedded yet never will be. */
  | { readonly type: 'audioLost'; readonly sinceMediaMs: number; readonly untilMediaMs: number }
  | {
      readonly type: 'overridden';
      readonly overrideId: string;
      readonly decisionId: string;
      readonly action: OverrideAction;
      readonly reason: OverrideReason;
    }
  | { readonly type: 'drain'; readonly deadline: Date }
  | {
      readonly type: 'ended';
      readonly reason: EndReason;
      readonly note: string;
      readonly audioMs: number;
      readonly droppedMs: number;
      readonly netSpeechMs: number;
      readonly decisionId: string;
    };

/** That somebody did otherwise than a decision suggested. */
export type Overridden = Omit<Extract<CallEventBody, { type: 'overridden' }>, 'type'>;

/** Something that happened in a call. */
export interface CallEvent {
  /** From 1 without gaps; 0 for progress. */
  readonly sequence: number;
  readonly callId: string;
  readonly emittedAt: Date;
  /** The stream's audio clock then, ms. */
  readonly mediaTimeMs: number;
  readonly replayed: boolean;
  readonly body: CallEventBody;
}
