import { ROLES } from '../access/index.js';
import type { Role } from '../domain/principal.js';
import { AdminServiceDefinition } from '../gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition } from '../gen/vouch/v1/verification.js';

type Allowed = readonly Role[];

/** A row for every RPC of a service: one without is an error of the compiler. */
type Rows<Service extends { readonly methods: object }> = {
  readonly [Method in keyof Service['methods']]: Allowed;
};

const EVERYBODY: Allowed = ROLES;
/** Whoever handles calls, by machine or by hand. */
const HANDLERS: Allowed = ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'ADMINISTRATOR'];
/** Whoever speaks with speakers, or for them. */
const STAFF: Allowed = ['AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR'];
/** Whoever makes voiceprints. The platform does not: whoever holds its certificate could enrol a voice for anybody. */
const ENROLLERS: Allowed = ['AGENT', 'SUPERVISOR', 'ADMINISTRATOR'];
/** Whoever may let a voiceprint be used, or take it away. */
const APPROVERS: Allowed = ['SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR'];
const OFFICERS: Allowed = ['PRIVACY_OFFICER', 'ADMINISTRATOR'];
/** Whoever may read how a tenant is set up, and what was done for its speakers' rights. */
const OVERSEERS: Allowed = [...OFFICERS, 'AUDITOR'];
/** Who may see what people did; whoever runs the service only sees that the trail is whole. */
const TRAIL_READERS: Allowed = ['PRIVACY_OFFICER', 'AUDITOR'];
const ADMINISTRATORS: Allowed = ['ADMINISTRATOR'];

/**
 * Which roles may call what: everything that depends on the role alone. docs/access.md shows it. What depends on the request,
 * too, is checked where the request is understood.
 */
export const ACCESS = [
  {
    service: VerificationServiceDefinition,
    rows: {
      streamCall: ['TELEPHONY', 'ADMINISTRATOR'],
      getCall: EVERYBODY,
      evaluateCall: HANDLERS,
      updateCall: HANDLERS,
      pauseCall: HANDLERS,
      resumeCall: HANDLERS,
      reportOutcome: HANDLERS,
      overrideDecision: HANDLERS,
      watchCall: HANDLERS,
      // Any file against any speaker: to an agent it would be a place to practise.
      verifyRecording: ['TELEPHONY', 'SUPERVISOR', 'ADMINISTRATOR'],
    } satisfies Rows<typeof VerificationServiceDefinition>,
  },
  {
    service: EnrolmentServiceDefinition,
    rows: {
      enrolFromCall: ENROLLERS,
      adaptFromCall: ENROLLERS,
      enrolFromRecording: ENROLLERS,
      setTrustPhrase: ENROLLERS,
      // Of these the one who handles the call.
      getTrustPhrase: ['AGENT'],
      rollBackVoiceprint: APPROVERS,
      deleteVoiceprint: APPROVERS,
      approveVoiceprint: APPROVERS,
      rejectVoiceprint: APPROVERS,
      listReviews: [...APPROVERS, 'AUDITOR'],
      resolveReview: APPROVERS,
      listVoiceprints: [...STAFF, 'AUDITOR'],
      getSpeaker: [...STAFF, 'AUDITOR'],
      listSpeakers: [...APPROVERS, 'AUDITOR'],
      setSpeakerAccount: APPROVERS,
      listNotifications: OVERSEERS,
      createEnrolmentJob: OFFICERS,
      getEnrolmentJob: OVERSEERS,
      listEnrolmentJobs: OVERSEERS,
      listEnrolmentJobRows: OVERSEERS,
      cancelEnrolmentJob: OFFICERS,
    } satisfies Rows<typeof EnrolmentServiceDefinition>,
  },
  {
    service: ConsentServiceDefinition,
    rows: {
      publishNotice: OFFICERS,
      // They may have to be read aloud.
      listNotices: EVERYBODY,
      getNotice: EVERYBODY,
      recordConsent: STAFF,
      withdrawConsent: STAFF,
      optOut: STAFF,
      getConsent: [...STAFF, 'AUDITOR'],
      listConsentEvents: OVERSEERS,
      setSpeakerState: OFFICERS,
      eraseSpeaker: OFFICERS,
      exportSpeakerData: OFFICERS,
      getErasureEvidence: OFFICERS,
    } satisfies Rows<typeof ConsentServiceDefinition>,
  },
  {
    service: AdminServiceDefinition,
    rows: {
      getPolicy: OVERSEERS,
      putPolicy: ADMINISTRATORS,
      listPolicies: OVERSEERS,
      listCalibrations: OVERSEERS,
      assignCalibration: ADMINISTRATORS,
      getCalibrationAssignments: OVERSEERS,
      exportCalibrationRows: ADMINISTRATORS,
      getModels: OVERSEERS,
      listAuditEntries: TRAIL_READERS,
      listSpeakerReaders: TRAIL_READERS,
      listOverriders: TRAIL_READERS,
      listUnusualAccess: TRAIL_READERS,
      verifyAudit: OVERSEERS,
      getAnchor: OVERSEERS,
      getKeys: OVERSEERS,
      rotateKeys: ADMINISTRATORS,
      destroyExpiredKeys: ADMINISTRATORS,
      reencryptSpeakers: OFFICERS,
      createApiKey: ADMINISTRATORS,
      listApiKeys: OVERSEERS,
      revokeApiKey: ADMINISTRATORS,
      setKeySettings: ADMINISTRATORS,
      // Platforms and agents see their own.
      listCalls: EVERYBODY,
      getActivity: [...OVERSEERS, 'SUPERVISOR'],
      getSystem: OVERSEERS,
      getOperatingCurve: OVERSEERS,
      getPrincipal: EVERYBODY,
    } satisfies Rows<typeof AdminServiceDefinition>,
  },
  {
    service: RetentionServiceDefinition,
    rows: {
      getRetentionPolicy: OVERSEERS,
      putRetentionPolicy: OFFICERS,
      runRetention: OFFICERS,
    } satisfies Rows<typeof RetentionServiceDefinition>,
  },
  {
    service: TransferServiceDefinition,
    rows: {
      createTransferKey: OFFICERS,
      exportSpeakers: OFFICERS,
      importSpeakers: OFFICERS,
    } satisfies Rows<typeof TransferServiceDefinition>,
  },
] as const;
