import type { Clock } from '../domain/clock.js';
import type { SpeechExtractor } from '../embedding/index.js';
import type { ReplayFingerprints } from '../enrolment/index.js';
import type { Policies } from '../tenant/index.js';
import type { CallCalibrations } from './call-calibrations.js';
import type { CallRequests } from './call-requests.js';
import type { CallStore } from './call-store.js';
import type { CallsObserver } from './observer.js';
import type { Grant } from '../consent/index.js';
import type { ArtefactReference, ReasonCode } from '../domain/decision.js';
import type { KeptFingerprint } from '../domain/speech.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';

/** What the service knows of a claimed speaker, opened for one call. Voiceprints are there only under a grant. */
export interface ClaimDossier {
  /** The pseudonym; null for an id that is not known. */
  readonly speakerRef: string | null;
  /** Whether there is such a speaker. */
  readonly known: boolean;
  readonly optedOut: boolean;
  /** What comparing rests on; null where there is no ground. */
  readonly grant: Grant | null;
  /** Of those who only help to tell who answered: IDENTIFY, which comparing rests on besides; null for everybody else. */
  readonly identify: Grant | null;
  /** Why there is no grant, where more can be said than that there is none. */
  readonly reasons: readonly ReasonCode[];
  readonly voiceprints: readonly OpenVoiceprint[];
  /** Of earlier calls and enrolments: audio that fits one is a recording of it. Empty where it is not looked for. */
  readonly fingerprints: readonly KeptFingerprint[];
  /** Voiceprints that wait for their first use. */
  readonly pending: number;
  /** Voiceprints without a vector in any space in use. */
  readonly ofOtherModel: number;
  /** Voiceprints that were in use and whose term is over: they are not compared, and wait for retention. */
  readonly expired: number;
  /** Whether unusually many claims of this speaker, or from where the call comes from, were not accepted of late. */
  readonly manyAttempts: boolean;
  /** When to open it anew: the term of the voiceprints may be over then. Null: never. */
  readonly until: Date | null;
  /** Changes whenever anything was recorded of the speaker. */
  readonly version: string;
}

/** For what a claimed speaker's dossier is opened. */
export interface DossierTerms {
  /**
   * Whom an outbound call asks for, where this speaker only helps to tell who answered: then there is a ground only under
   * IDENTIFY, too, and within the account of that person.
   */
  readonly askedFor?: string | undefined;
  /** The call that they are claimed in; absent for a recording. */
  readonly callId?: string;
  /** Where it comes from, as CallStart says; absent where nobody calls. */
  readonly sourceId?: string;
  /** Whether its audio will be held against earlier calls of theirs. */
  readonly replays?: boolean;
}

/** Finds out what is known of a claimed speaker. Rejects with DATABASE_UNAVAILABLE; never answers from a guess. */
export type OpenDossier = (
  tenantId: string,
  speakerId: string,
  terms?: DossierTerms,
) => Promise<ClaimDossier>;

/** As what a stream got its call. */
export interface StartedAs {
  readonly resumeToken: string;
  readonly streamNumber: number;
  readonly policy: ArtefactReference;
  readonly targetFalseMatchRate: number;
  readonly minimumNetSpeechMs: number;
  /** Whether an earlier stream had the call. */
  readonly resumed: boolean;
  /** Why it starts paused; null when it does not. */
  readonly pauseReason: string | null;
}

/** What calls are made of. */
export interface CallsParts {
  readonly store: CallStore;
  readonly requests: CallRequests;
  readonly policies: Policies;
  readonly extractor: SpeechExtractor;
  readonly calibrations: CallCalibrations;
  readonly openDossier: OpenDossier;
  /** Keeps what the sound of accepted calls is known by. */
  readonly fingerprints: Pick<ReplayFingerprints, 'keep'>;
  readonly clock: Clock;
  /** Live calls at most, in all and of one tenant. */
  readonly maximumCalls: number;
  readonly maximumCallsPerTenant: number;
  /** No call begins while it feels a longer delay than this, ms. */
  readonly overloadLagMs: number;
  /** A call that the database keeps waiting longer than this is refused, ms; but for what is under way then. */
  readonly openWithinMs: number;
  readonly consentLeaseMs: number;
  /** How long a call whose stream broke may be taken up again, ms. */
  readonly resumeWindowMs: number;
  /** Told what could not be stored of a call that is over, and will not be. */
  readonly onFailure: (error: unknown) => void;
  /** Who follows the calls; nobody when not given. */
  readonly observer?: CallsObserver;
}
