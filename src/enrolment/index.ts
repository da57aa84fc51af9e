/** Speakers and their voiceprints: made, opened and deleted under a grant of the gate; one by one, or in batches. */
export { Adaptations, type Adaptation } from './adaptations.js';
export { Approvals } from './approvals.js';
export { checkSpeech, consentBegan } from './checks.js';
export type { EnrolmentRequest, EnrolmentSpeech, PooledVector } from './inputs.js';
export { importVoiceprint, type ImportableVoiceprint } from './imported.js';
export { exportManifestRows, type ExportedManifestRow } from './jobs/exported.js';
export { EnrolmentJobs, type EnrolmentJobRequest, type Manifest } from './jobs/jobs.js';
export { ENROLMENT_TASK, laneSchema, type Lane } from './jobs/lanes.js';
export { resealJobRows } from './jobs/sealed-rows.js';
export { JobRows, LABEL_EXISTS, type BegunJobRow } from './jobs/rows.js';
export { exportVoiceprints, type ExportedVoiceprint } from './exported.js';
export { Notifications, type Notification } from './notifications.js';
export { resealVoiceprints } from './sealed.js';
export {
  exportFingerprints,
  MOST_KEPT_CALLS,
  ReplayFingerprints,
  resealFingerprints,
  type ExportedFingerprint,
} from './fingerprints.js';
export {
  exportPartialEvidence,
  PartialEvidence,
  resealPartialEvidence,
  type ExportedSpeech,
  type KeptSpeech,
  type PartialSpeech,
  type BroughtPart,
} from './partial.js';
export { Speakers } from './speakers.js';
export { exportTrustPhrase, resealTrustPhrase, TrustPhrases, type ExportedPhrase } from './trust-phrases.js';
export { Voiceprints } from './voiceprints.js';
