/** What was done with people's data, by whom, in a chain that shows tampering. */
export { checkAnchor, type Anchor } from './anchor.js';
export { appendEntry, appendRead, type ActingParty, type Appended } from './append.js';
export { Audit } from './audit.js';
export { appendAboutCall, appendClaim, appendDecision } from './calls.js';
export { entryHash, verifyChain, type ChainEntry, type ChainPoint, type ChainProblem } from './chain.js';
export { DeniedAccess } from './denied.js';
export type { NamedEntry } from './names.js';
export { openNote, resealNotes, sealNote } from './notes.js';
export {
  AuditOffice,
  type EntryFilter,
  type Overrider,
  type Period,
  type SpeakerReader,
  type Verification,
} from './office.js';
export { ENTRY_TYPES, type EntryKind, type EntryType } from './types.js';
export { findUnusual, type DayCount, type Unusual } from './unusual.js';
