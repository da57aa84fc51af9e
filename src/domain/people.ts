export type Purpose = 'VERIFY' | 'IDENTIFY' | 'ADAPT' | 'RETAIN_AUDIO' | 'CALIBRATE';
export type ConsentValue = 'GRANTED' | 'REFUSED' | 'NOT_ASKED' | 'NOT_NOW';
/** Why what was granted does not count now. */
export type GrantLapse = 'EXPIRED' | 'NEW_NOTICE' | 'RESTRICTED' | 'OBJECTED';
export type NoticeChannel = 'IVR' | 'AGENT_SCRIPT' | 'WEB' | 'PAPER';
export type ProcessingGround = 'EXPLICIT_CONSENT' | 'STATUTORY';
export type SignatureMethod = 'SPOKEN' | 'KEY_PRESS' | 'CLICK' | 'WET_INK' | 'ELECTRONIC';
export type Capacity = 'SELF' | 'ATTORNEY' | 'GUARDIAN';
export type ProofingStrength = 'LOW' | 'MEDIUM' | 'HIGH';

/** Something that stands behind a statement: a recording, a signed form. */
export interface Evidence {
  readonly type: string;
  readonly reference: string;
  /** Hex; empty where there is no file. */
  readonly sha256: string;
}

/** How it was established who a person is. */
export interface IdentityProofing {
  readonly method: string;
  readonly strength: ProofingStrength;
  readonly actor: string;
  readonly reference: string;
  readonly provedAt: Date;
}

/** A published version of a notice. */
export interface Notice {
  readonly noticeId: string;
  readonly version: number;
  readonly language: string;
  readonly channel: NoticeChannel;
  readonly text: string;
  readonly purposes: readonly Purpose[];
  readonly controllerEntity: string;
  /** How long a voiceprint may be kept without use, as the text says, days. */
  readonly retentionDays: number;
  readonly requiresNewConsent: boolean;
  /** How long grants under earlier versions still count after its publication, days. */
  readonly newConsentGraceDays: number;
}

/** A notice as a person was given it. */
export interface NoticeReference {
  readonly noticeId: string;
  readonly version: number;
  readonly language: string;
  /** Hex. */
  readonly textSha256: string;
}

/** What is in force for one purpose, derived from the events. */
export interface PurposeState {
  readonly purpose: Purpose;
  readonly granted: boolean;
  readonly value: ConsentValue;
  readonly eventId: string;
  /** When it was entered, from which on it is in force. */
  readonly since: Date;
  /** When the person said so; long before `since` for an entry that is marked as retroactive. */
  readonly givenAt: Date;
  readonly expiresAt: Date | null;
  readonly notice: NoticeReference | null;
  /** Null: it counts, or nothing was granted. */
  readonly lapse: GrantLapse | null;
  /** A later version of the notice needs consent anew: until then the grant counts; null: there is none. */
  readonly askAgainBy: Date | null;
}

/** The state of a speaker's consent, derived from the events. */
export interface ConsentState {
  readonly purposes: readonly PurposeState[];
  readonly optedOut: boolean;
  readonly doNotAskBefore: Date | null;
  /** Position of the last event of this speaker in the tenant's chain; 0 where there is none. */
  readonly lastChainPosition: number;
}

export type VoiceprintStatus = 'PENDING' | 'ACTIVE' | 'QUARANTINED' | 'SUPERSEDED';
export type ReviewReason = 'SOUNDS_LIKE_ANOTHER';
export type ReviewResolution = 'RELEASE' | 'REJECT';
export type VoiceprintSource = 'CALL' | 'RECORDING';
