/** What was done with people's data, by whom, in a chain that shows tampering. */
export { appendEntry, appendRead, type Appended } from './append.js';
export { Audit } from './audit.js';
export { CHAIN_START, entryHash, type ChainPoint } from './chain.js';
