import type { ApiKeys } from '../../access/index.js';
import type { AuditOffice } from '../../audit/index.js';
import type { ConsentGate, Consents, SpeakerStates } from '../../consent/index.js';
import type { ModelInformation } from '../../domain/model.js';
import type { Caller, Principal } from '../../domain/principal.js';
import type {
  Adaptations,
  Approvals,
  EnrolmentJobs,
  Notifications,
  PartialEvidence,
  Speakers,
  TrustPhrases,
  Voiceprints,
} from '../../enrolment/index.js';
import type { Retention } from '../../retention/index.js';
import type { Activities, CallLists, Installation } from '../../operations/index.js';
import type { Rights } from '../../rights/index.js';
import type {
  CallCalibrations,
  CallCommands,
  CallControl,
  Calls,
  ControlPoller,
  Overrides,
  Recordings,
} from '../../session/index.js';
import type { CalibrationRows, Policies, RetentionPolicies } from '../../tenant/index.js';
import type { SpeakerExport, SpeakerImport, TransferKeys } from '../../transfer/index.js';
import type { KeyKeeper, Keys } from '../../keys/index.js';
import type { RequestFollower } from '../observer.js';
import type { UploadLimits } from './upload.js';

/** What the RPCs are made of; passed in, never global. */
export interface TransportParts {
  readonly calls: Calls;
  readonly commands: CallCommands;
  readonly control: CallControl;
  readonly poller: ControlPoller;
  readonly recordings: Recordings;
  readonly overrides: Overrides;
  readonly consents: Consents;
  readonly policies: Policies;
  readonly apiKeys: ApiKeys;
  readonly auditOffice: AuditOffice;
  readonly calibrations: CallCalibrations;
  readonly calibrationRows: CalibrationRows;
  readonly models: ModelInformation;
  readonly callLists: CallLists;
  readonly activities: Activities;
  readonly installation: Installation;
  readonly keys: Keys;
  readonly keyKeeper: KeyKeeper;
  readonly voiceprints: Voiceprints;
  readonly gate: ConsentGate;
  readonly partial: PartialEvidence;
  readonly adaptations: Adaptations;
  readonly trustPhrases: TrustPhrases;
  readonly approvals: Approvals;
  readonly notifications: Notifications;
  readonly speakers: Speakers;
  readonly speakerStates: SpeakerStates;
  readonly rights: Rights;
  readonly retention: Retention;
  readonly retentionPolicies: RetentionPolicies;
  /** Whether speakers are moved between installations. */
  readonly transfers: boolean;
  readonly transferKeys: TransferKeys;
  readonly speakerExport: SpeakerExport;
  readonly speakerImport: SpeakerImport;
  /** A stream must start within this time, ms. */
  readonly startTimeoutMs: number;
  /** A stream that is not paused must send something this often, ms. */
  readonly stallTimeoutMs: number;
  readonly uploadLimits: UploadLimits;
  readonly enrolmentJobs: EnrolmentJobs;
  /** Null where there is no folder of recordings to import, and so no batch jobs. */
  readonly manifestLimits: UploadLimits | null;
}

/** What is added to every request before it is carried out: the caller in the role that may do this. */
export interface WithPrincipal {
  readonly principal: Principal;
  /** Not there where another process carries the request out. */
  readonly follower?: RequestFollower;
}

/** What authentication adds to every request. */
export interface WithCaller extends WithPrincipal {
  readonly caller: Caller;
  /** Aborted when the client is gone, or, with a VouchError as the reason, when they may not go on. */
  readonly signal: AbortSignal;
}
