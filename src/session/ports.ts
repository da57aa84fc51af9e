import type { ClaimMethod } from '../domain/call.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';

/** The clock and the ids, so that a test can hold them. */
export interface Clock {
  now(): Date;
}

/** What the service knows of a claimed speaker, opened for one call. Voiceprints are there only under a ground. */
export interface ClaimDossier {
  /** The pseudonym; null for an id that is not known. */
  readonly speakerRef: string | null;
  readonly optedOut: boolean;
  /** The consent event that comparing rests on; null where there is no ground. */
  readonly consentEventId: string | null;
  /** When that ground came into force; null where there is none. */
  readonly grantedAt: Date | null;
  /** Whether consent was asked for and not given, or taken back; false for people who were never heard of. */
  readonly known: boolean;
  readonly voiceprints: readonly OpenVoiceprint[];
  /** Voiceprints that wait for their first use. */
  readonly pending: number;
  /** Voiceprints without a vector in any space in use. */
  readonly ofOtherModel: number;
  /** Changes whenever anything above may have changed. */
  readonly version: string;
}

/** A claim as the session numbers it. */
export interface NumberedClaim {
  readonly claimNumber: number;
  readonly speakerId: string;
  readonly method: ClaimMethod | null;
}

/** Finds out what is known of a claimed speaker. Rejects with DATABASE_UNAVAILABLE; never answers from a guess. */
export type OpenDossier = (tenantId: string, speakerId: string) => Promise<ClaimDossier>;
