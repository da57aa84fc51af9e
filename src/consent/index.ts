/** What people were told and what they said to it, and the gate that follows from it. */
export { consentDetailsContext, proofingJson, resealConsentDetails } from './append.js';
export { Consents } from './consents.js';
export { ConsentGate, type OpenedClaim, type SeenClaim } from './gate.js';
export type { Grant } from './grant.js';
export { importConsent, type ImportedEvent } from './imported.js';
export type { ListedEvent } from './history.js';
export type { OptOutInput, RecordConsentInput, RecordedConsent, WithdrawInput } from './inputs.js';
export { loadConsent, loadConsentOf, SPEAKER_ID_HASH } from './load.js';
export { publish, type PublishedNotice } from './notices.js';
export type { StoredNotice } from './published-notices.js';
export { requireGrant } from './restriction.js';
export { isHeld, isKept, speakerStates, SpeakerStates, type SpeakerStateInput } from './speaker-states.js';
