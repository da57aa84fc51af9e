import type { Outcome, OverrideAction, OverrideReason } from '../../domain/call.js';
import type { ConsentState, Notice } from '../../domain/people.js';
import type { RetentionRule } from '../../domain/retention.js';
import type { ErasureReceipt, EvidencedEvent, HeldState } from '../../domain/rights.js';
import type {
  ExportedFingerprint,
  ExportedPhrase,
  ExportedSpeech,
  ExportedVoiceprint,
  ExportedManifestRow,
} from '../../enrolment/index.js';
import type { SurroundingsRow } from '../../storage/index.js';

/** A decision as far as it concerns one person. */
export interface HeldDecision {
  readonly decisionId: string;
  readonly decidedAt: Date;
  readonly finality: string;
  /** What was decided of this person's claim. */
  readonly claimKind: string;
  readonly reasons: readonly string[];
  /** 0 to 100; null where nothing was compared, or it was removed since. */
  readonly confidence: number | null;
  readonly score: number | null;
  readonly llr: number | null;
  readonly voiceprintId: string;
  /** Null where the decision was about another person, and this one only helped to tell who answered. */
  readonly nextAction: string | null;
  readonly netSpeechMs: number;
  readonly policy: string;
  readonly models: readonly string[];
  readonly calibration: string;
  readonly shadow: boolean;
  readonly outcomes: readonly { readonly outcome: Outcome; readonly occurredAt: Date }[];
  /** What somebody did otherwise than it suggested. */
  readonly overrides: readonly HeldOverride[];
}

/** What somebody did otherwise than a decision suggested, and wrote of it. */
export interface HeldOverride {
  readonly action: OverrideAction;
  readonly reason: OverrideReason;
  /** Empty: nothing was written, or it stands with another person. */
  readonly note: string;
  readonly recordedAt: Date;
  readonly role: string;
}

/** A call in which somebody said that the caller is this person. */
export interface HeldCall {
  readonly callId: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly claimedAt: Date;
  readonly method: string | null;
  readonly decisions: readonly HeldDecision[];
}

/** Something that was done with this person's data: when, what, in which role. */
export interface HeldAccess {
  readonly at: Date;
  readonly what: string;
  readonly role: string;
  /** A pseudonym: the same person at the controller has the same one. */
  readonly by: string;
}

/** Everything that is held of a person. */
export interface HeldData {
  readonly format: 'vouch speaker export 1';
  readonly tenantId: string;
  readonly speakerId: string;
  readonly madeAt: Date;
  /** Null for somebody who was never known: only an opt-out, claims or an earlier erasure. */
  readonly knownSince: Date | null;
  readonly states: readonly HeldState[];
  readonly consent: ConsentState;
  readonly consentEvents: readonly EvidencedEvent[];
  /** The wordings that the person was given. */
  readonly notices: readonly Notice[];
  readonly voiceprints: readonly ExportedVoiceprint[];
  /** Speech of calls that waits for more, to become a voiceprint. */
  readonly speechKept: readonly ExportedSpeech[];
  /** What the sound of calls and enrolments is known by when somebody plays a recording of them. */
  readonly fingerprints: readonly ExportedFingerprint[];
  readonly trustPhrase: ExportedPhrase | null;
  readonly calls: readonly HeldCall[];
  /** When everything but the evidence is erased, as things are, and which limit says so; null for somebody who is not known. */
  readonly keptUntil: { readonly dueAt: Date; readonly rule: RetentionRule } | null;
  readonly lastAcceptedAt: Date | null;
  /** Whether they belong to an account; which one is kept as a keyed hash only. */
  readonly inAccount: boolean;
  /** Voiceprints that somebody is to look at. */
  readonly reviews: SurroundingsRow['reviews'];
  /** Rows of batch manifests that name them. */
  readonly manifestRows: readonly ExportedManifestRow[];
  readonly accesses: readonly HeldAccess[];
  readonly earlierErasures: readonly ErasureReceipt[];
  /** Members above of which something is held that does not open any more, and is not told. */
  readonly unreadable: readonly string[];
}
