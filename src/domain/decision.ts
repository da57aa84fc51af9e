import type { SpeechQuality } from './speech.js';

export type DecisionKind =
  | 'ACCEPT'
  | 'REJECT'
  | 'INCONCLUSIVE'
  | 'NOT_ENOUGH_SPEECH'
  | 'SPEAKER_ID_NOT_PROVIDED'
  | 'SPEAKER_NOT_ENROLLED'
  | 'SPEAKER_EXPIRED'
  | 'SPEAKER_OPTED_OUT'
  | 'CONSENT_MISSING';

export type Identification = 'ASKED_FOR' | 'ANOTHER' | 'UNKNOWN';
export type Finality = 'PROVISIONAL' | 'FINAL';
export type ConfidenceBand = 'LOW' | 'MEDIUM' | 'HIGH' | 'VERY_HIGH';

export type ReasonCode =
  | 'LOW_SNR'
  | 'CLIPPED'
  | 'SHORT_SPEECH'
  | 'SPEAKER_CHANGED'
  | 'LOW_LEVEL'
  | 'NARROW_BANDWIDTH'
  | 'CONSENT_WITHDRAWN'
  | 'CONSENT_LEASE_EXPIRED'
  | 'VOICEPRINT_PENDING'
  | 'VOICEPRINT_OF_OTHER_MODEL'
  | 'EVIDENCE_WEAK'
  | 'EVIDENCE_AGAINST'
  | 'LLR_CLIPPED'
  | 'CALIBRATION_NOT_FITTED'
  | 'PAUSED'
  | 'EVIDENCE_RESTARTED'
  | 'SEVERAL_CLAIMS'
  | 'NO_SPEECH'
  | 'SEVERAL_SPEAKERS'
  | 'TONE_OR_MUSIC'
  | 'PROCESSING_RESTRICTED'
  | 'PROCESSING_OBJECTED'
  | 'NEW_CONSENT_NEEDED'
  | 'CONSENT_EXPIRED'
  | 'DO_NOT_ASK'
  | 'REPLAY_SUSPECTED'
  | 'SPOOF_SUSPECTED';

export type NextAction =
  'WAIT' | 'SKIP_QUESTIONS' | 'ASK_QUESTIONS' | 'STEP_UP' | 'OFFER_ENROLMENT' | 'REFER';
export type RiskResult = 'NOT_PERFORMED' | 'NOT_SUSPECTED' | 'SUSPECTED';
export type CalibrationFit = 'FITTED' | 'SHIPPED' | 'OTHER_SOURCE';

export interface Risks {
  readonly spoof: RiskResult;
  readonly replay: RiskResult;
  readonly watchlist: RiskResult;
  readonly attempts: RiskResult;
}

/** A file or a record that a decision rests on, pinned. */
export interface ArtefactReference {
  readonly id: string;
  /** From 1; 0 where it has none. */
  readonly version: number;
  /** Hex. */
  readonly sha256: string;
}

/** A rate as measured, with the 95 % interval (bootstrap over speakers) and what is behind it. */
export interface MeasuredRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly impostorTrials: number;
  readonly speakers: number;
}

/** What was found for one claim. */
export interface ClaimResult {
  readonly claimNumber: number;
  readonly speakerId: string;
  readonly kind: DecisionKind;
  readonly consentEventId: string;
  readonly voiceprintId: string;
  readonly voiceprintVersion: number;
  readonly voiceprintLabel: string;
  /** 0 to 100; null where nothing was compared. */
  readonly confidence: number | null;
  /** Cosine, -1 to 1. */
  readonly score: number | null;
  /** Cosine in the space of the second opinion, -1 to 1; null where there was none. */
  readonly secondScore: number | null;
  /** Natural logarithm. */
  readonly llr: number | null;
  readonly llrClipped: boolean;
  /** The speech that was compared; null where nothing was. */
  readonly speech: { readonly netSpeechMs: number; readonly quality: SpeechQuality } | null;
  readonly reasons: readonly ReasonCode[];
}

/** What was found of somebody who only helps to tell who answered: kept and audited, told nobody in the call. No scores. */
export interface OtherClaim extends Pick<
  ClaimResult,
  'claimNumber' | 'kind' | 'consentEventId' | 'voiceprintId'
> {
  /** The consent to IDENTIFY that it rests on besides; empty: there was none. */
  readonly identifyEventId: string;
}

/** What the service says of a caller, and on what it rests. */
export interface Decision {
  readonly decisionId: string;
  readonly supersedesDecisionId: string;
  readonly kind: DecisionKind;
  readonly finality: Finality;
  readonly mediaStartMs: number;
  readonly mediaEndMs: number;
  readonly decidedAt: Date;
  readonly holdsUntil: Date;
  readonly claims: readonly ClaimResult[];
  /** Of the best claim, as the four below; null where nothing was compared. */
  readonly confidence: number | null;
  readonly confidenceBand: ConfidenceBand | null;
  readonly score: number | null;
  readonly llr: number | null;
  readonly llrClipped: boolean;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  readonly looks: number;
  readonly claimsSoFar: number;
  readonly policy: ArtefactReference;
  readonly models: readonly ArtefactReference[];
  readonly calibration: ArtefactReference;
  readonly calibrationFit: CalibrationFit;
  readonly reasons: readonly ReasonCode[];
  readonly statedFalseMatchRate: MeasuredRate | null;
  readonly risks: Risks;
  readonly shadow: boolean;
  readonly nextAction: NextAction;
  /** Who answered an outbound call; null for other calls. Decisions from before there was such a thing lack it. */
  readonly identification?: Identification | null;
  /** What `risks.spoof` rests on. Absent where that was not performed. */
  readonly countermeasure?: ArtefactReference;
  /** On outbound calls: the others who were claimed. Absent where there are none. */
  readonly others?: readonly OtherClaim[];
}
