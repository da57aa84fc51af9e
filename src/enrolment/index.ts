/** Speakers and their voiceprints: made, opened and deleted under a grant of the gate; one by one, or in batches. */
export { Approvals } from './approvals.js';
export { consentBegan } from './checks.js';
export type { EnrolmentRequest, EnrolmentSpeech, PooledVector } from './inputs.js';
export { EnrolmentJobs, type EnrolmentJobRequest, type Manifest } from './jobs/jobs.js';
export { ENROLMENT_TASK, laneSchema, type Lane } from './jobs/lanes.js';
export { JobRows, LABEL_EXISTS, type BegunJobRow } from './jobs/rows.js';
export { exportVoiceprints, type ExportedVoiceprint } from './exported.js';
export { Notifications, type Notification } from './notifications.js';
export { resealVoiceprints } from './sealed.js';
export { Speakers } from './speakers.js';
export { Voiceprints } from './voiceprints.js';
