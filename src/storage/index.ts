/** The database: connection, tenants' transactions, and every SQL statement of the service. */
export { countAttempts } from './call-attempts.js';
export { wasGivenUp } from './database-errors.js';
export { Database, type DatabaseOptions } from './database.js';
export { inspectDatabase, type DatabaseFacts } from './inspect.js';
export type { SqlValue, Transaction } from './transaction.js';
export { listMigrations, migrate } from './migrate.js';
export * from './subject-calls.js';
export { scrub, type Scrubbed } from './scrub.js';
export { EmbeddedPostgres } from './embedded.js';
export type { EmbeddedPostgresOptions } from './embedded-server.js';
export { actorOf, actorRef, findActor, type Actor } from './actors.js';
export {
  deleteConsentDetailsOf,
  deleteSpeaker,
  deleteSpeakerKey,
  eraseFromCalls,
  holdsAnything,
  type ErasedSubject,
} from './erasure.js';
export {
  currentAssignments,
  findAssignment,
  insertAssignment,
  listAssignments,
} from './calibration-assignments.js';
export * from './enrolment-jobs.js';
export * from './enrolment-job-keys.js';
export * from './enrolment-job-rows.js';
export { queueTask } from './job-queue.js';
export { JobRunner, type Task } from './job-runner.js';
export { listConfirmedDecisions, type ConfirmedDecision } from './confirmed-decisions.js';
export {
  findConsentDetails,
  insertConsentDetails,
  listConsentDetails,
  replaceConsentDetails,
} from './consent-details.js';
export {
  deleteEvidence,
  findEvidence,
  getEvidence,
  insertEvidence,
  listOldEvidence,
  replaceEvidence,
  type EvidenceRow,
} from './evidence.js';
export { once, resultOf, type KeyedRequest } from './idempotency.js';
export {
  appendLedger,
  findLedgerHead,
  listConsentEntries,
  listLedger,
  type LedgerKind,
  type LedgerRow,
} from './ledger.js';
export {
  countReads,
  findLedgerEntry,
  listNamedLedger,
  listOverriders,
  listReaders,
  listSubjectEntries,
  queryLedger,
  type NamedLedgerRow,
  type OverriderRow,
} from './ledger-queries.js';
export {
  insertNotice,
  latestNoticeVersion,
  listAllNotices,
  listNoticeHeadings,
  listNotices,
  newConsentVersions,
  type NewConsentRow,
  type NoticeRow,
  type NoticeHeadingRow,
} from './notices.js';
export { deleteOptOut, findOptOuts, putOptOut, type OptOutRow } from './opt-outs.js';
export {
  findPolicy,
  findPolicyVersion,
  insertPolicy,
  listPolicies,
  type PolicyPosition,
  type PolicyRow,
} from './policies.js';
export { deleteReviewsOf, insertReview, listReviews, reviewedVoiceprint, type ReviewRow } from './reviews.js';
export { findRetentionPolicy, insertRetentionPolicy } from './retention-policies.js';
export {
  deleteCalls,
  listOldCalls,
  removeScores,
  type CallCursor,
  type OldCallRow,
} from './call-retention.js';
export {
  countIdempotencyKeys,
  deleteIdempotencyKeys,
  findSpeakerTerm,
  forgetStrayActivity,
  listMaybeLapsed,
  listSpeakerTerms,
  shortestNoticeDays,
  takeRetentionTurn,
  type MaybeLapsedRow,
  type SpeakerTermRow,
} from './retention.js';
export { lockAccountOf, setSpeakerAccount, shareAccount } from './speaker-accounts.js';
export {
  listPartialEvidence,
  listPartialEvidenceOf,
  deletePartialEvidence,
  purgePartialEvidence,
  putPartialEvidence,
  resealPartialEvidenceOf,
} from './partial-evidence.js';
export {
  lockTrustPhrase,
  putTrustPhrase,
  replaceTrustPhrase,
  useTrustPhrase,
  type TrustPhraseRow,
} from './trust-phrases.js';
export {
  activeKeyEpoch,
  bindKeyEpoch,
  findKeySettings,
  insertKeyEpoch,
  listKeyEpochs,
  markEpochDestroyed,
  putKeySettings,
  requestReencryption,
  retireKeyEpoch,
  settleUnusedEpochs,
  type KeyEpochRow,
  type KeySettings,
} from './key-epochs.js';
export {
  countKeysOfEpochs,
  countKeysToReplace,
  findSpeakerKey,
  insertSpeakerKey,
  keysOfOtherEpochs,
  keysToReplace,
  lockKeyWork,
  lockSpeakerKey,
  lockSpeakerKeys,
  newestEpochOf,
  replaceSpeakerKey,
  replaceWrapped,
  type SpeakerKeyRow,
  type StoredKey,
} from './speaker-keys.js';
export {
  deleteSpeakerState,
  findSpeakerStates,
  insertSpeakerState,
  type SpeakerStateRow,
} from './speaker-states.js';
export {
  findSpeaker,
  insertSpeaker,
  listSpeakers,
  lockSpeaker,
  lockSpeakerRef,
  setSpeakerVersion,
  speakerVersions,
  type SpeakerRow,
} from './speakers.js';
export { deleteCheckpointsOf, findCheckpoint, putCheckpoint } from './call-checkpoints.js';
export { createTenant, insertTenant, listTenants, lockKeyring, tenantExists } from './tenants.js';
export {
  deleteQuarantined,
  deleteVoiceprint,
  labelsInUse,
  findEnroller,
  findVoiceprint,
  insertVoiceprint,
  listVoiceprints,
  quarantineVoiceprintsOf,
  replaceLineage,
  setVoiceprintStatus,
  setVoiceprintUse,
  type VoiceprintRow,
} from './voiceprints.js';
export * from './kept-under-verify.js';
export * from './voiceprint-vectors.js';
export * from './abandoned-calls.js';
export { addClaim, claimedSpeakers, listClaims, type NewClaim, type StoredClaim } from './call-claims.js';
export * from './call-list.js';
export * from './activity.js';
export * from './system.js';
export { findCallSubjects, type CallSubjects } from './call-subjects.js';
export * from './call-commands.js';
export {
  acknowledgeControl,
  listControls,
  listOwned,
  pauseCall,
  resumeCall,
  type ControlledCall,
  type OwnedCall,
  type PendingControl,
} from './call-controls.js';
export { appendEvents, callOfDecision, findDecision, lastDecision, readEvents } from './call-events.js';
export {
  getCall,
  lockCall,
  setAgent,
  setCallState,
  type LockedCall,
  type StoredCall,
  type StoredStart,
} from './calls.js';
export { giveCallBack, openCall, type CallOpening, type OpenedCall } from './open-call.js';
export {
  findOverride,
  insertOverride,
  listNotesOf,
  listOverrideNotes,
  replaceNote,
  listUntoldOverrides,
  setOverrideTold,
  type NewOverride,
  type OverrideRow,
  type UntoldOverride,
} from './overrides.js';
export { recordOutcome, type NewOutcome, type StoredOutcome } from './outcomes.js';
export * from './transfer-keys.js';
export * from './api-keys.js';
export * from './replay-fingerprints.js';
