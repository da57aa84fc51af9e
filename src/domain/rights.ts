/**
 * What holds for a person whatever they consented to. LEGAL_HOLD: nothing of theirs may be destroyed. RESTRICTED (GDPR
 * art. 18) and OBJECTED (art. 21): what is held is kept, and nothing is done with it.
 */
export type SpeakerState = 'LEGAL_HOLD' | 'RESTRICTED' | 'OBJECTED';

/** A state as it holds since then. */
export interface HeldState {
  readonly state: SpeakerState;
  readonly since: Date;
}

/** Why somebody was erased. */
export type ErasureCause = 'REQUEST' | 'RETENTION';

/** What an erasure destroyed, by kind. */
export interface Destroyed {
  readonly names: number;
  readonly dataKeys: number;
  readonly voiceprints: number;
  /** Speech of calls that was kept towards voiceprints, a call each. */
  readonly speechKept: number;
  readonly trustPhrases: number;
  /** Fingerprints of calls and enrolments, by which a replay was noticed. */
  readonly fingerprints: number;
  readonly consentDetails: number;
  readonly claims: number;
  /** Decisions about this person alone. */
  readonly decisions: number;
  /** Decisions about others, too, which this person's part was taken out of. */
  readonly decisionsRedacted: number;
  readonly outcomes: number;
  /** Rows of batch manifests, emptied of what they said. */
  readonly manifestRows: number;
}

/** What an erasure leaves in the hands of whoever asked for it. Names nobody. */
export interface ErasureReceipt {
  /** The entry of the chain that says so. */
  readonly eventId: string;
  readonly chainPosition: number;
  /** Hash of that entry, hex. */
  readonly chainHash: string;
  readonly erasedAt: Date;
  readonly cause: ErasureCause;
  readonly destroyed: Destroyed;
  /** From then on no backup, with the keyring of that day, opens what was destroyed. */
  readonly unrecoverableAfter: Date;
  /** The sealed record that shows consent and erasure, and until when it is kept. */
  readonly evidenceId: string;
  readonly evidenceUntil: Date;
  /** Whether a lasting refusal stays, by the keyed hash of the id. */
  readonly optOutStays: boolean;
}

/** An event of the chain as it is kept in the evidence. */
export interface EvidencedEvent {
  readonly eventId: string;
  readonly chainPosition: number;
  /** Hex. */
  readonly chainHash: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly actorRole: string;
  /** Canonical JSON: what the chain holds. */
  readonly body: string;
  /** Canonical JSON with what stood behind it, its SHA-256 in the body; empty where it could not be read any more. */
  readonly details: string;
}

/** What is kept of an erased person: that they consented, and that they were erased. */
export interface ErasureEvidence {
  readonly receipt: ErasureReceipt;
  readonly consentEvents: readonly EvidencedEvent[];
}
