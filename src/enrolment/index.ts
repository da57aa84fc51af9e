/** Speakers and their voiceprints: made, opened and deleted under a grant of the gate. */
export type { EnrolmentRequest, EnrolmentSpeech, PooledVector } from './inputs.js';
export { Speakers } from './speakers.js';
export { Voiceprints } from './voiceprints.js';
