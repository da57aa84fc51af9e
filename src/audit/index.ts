/** What was done with people's data, by whom, in a chain that shows tampering. */
export { appendEntry, appendRead, type ActingParty, type Appended } from './append.js';
export { Audit } from './audit.js';
export { appendAboutCall, appendClaim, appendDecision } from './calls.js';
export { DeniedAccess } from './denied.js';
export { entryHash, verifyChain, type ChainEntry, type ChainPoint, type ChainProblem } from './chain.js';
export type { EntryKind, EntryType } from './types.js';
