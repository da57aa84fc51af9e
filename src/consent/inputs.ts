import type {
  Capacity,
  ConsentState,
  ConsentValue,
  Evidence,
  IdentityProofing,
  NoticeReference,
  ProcessingGround,
  Purpose,
  SignatureMethod,
} from '../domain/people.js';

/** What a person said to a notice; its form is checked before it comes here, its rules here. */
export interface RecordConsentInput {
  readonly speakerId: string;
  readonly purposes: Readonly<Partial<Record<Purpose, ConsentValue>>>;
  readonly ground: ProcessingGround;
  readonly controllerEntity: string;
  readonly jurisdiction: string;
  /** Null only where nothing is granted. */
  readonly notice: NoticeReference | null;
  readonly occurredAt: Date;
  /** Empty: not in a call. */
  readonly callId: string;
  readonly mediaTimeMs: number | null;
  readonly evidence: Evidence | null;
  readonly signatureMethod: SignatureMethod | null;
  readonly proofing: IdentityProofing | null;
  readonly capacity: Capacity;
  readonly expiresAt: Date | null;
  readonly doNotAskBefore: Date | null;
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
  readonly liftsOptOut: boolean;
  readonly idempotencyKey: string;
}

/** What a person takes back. */
export interface WithdrawInput extends OptOutInput {
  readonly purposes: readonly Purpose[];
}

/** A lasting refusal. */
export interface OptOutInput {
  readonly speakerId: string;
  /** Null: now. */
  readonly occurredAt: Date | null;
  readonly evidence: Evidence | null;
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/** A consent event as it was recorded, and what follows from it. */
export interface RecordedConsent {
  readonly eventId: string;
  readonly chainPosition: number;
  /** Never before it was recorded. */
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  readonly retroactive: boolean;
  readonly voiceprintsErased: number;
  /** How many a legal hold keeps: they are set aside, and erased when it is lifted. */
  readonly voiceprintsKept: number;
  readonly state: ConsentState;
}
