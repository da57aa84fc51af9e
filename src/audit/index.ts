/** What was done with people's data, by whom, in a chain that shows tampering. */
export { appendEntry, appendRead, type Appended, type NewEntry } from './append.js';
export { Audit } from './audit.js';
export {
  CHAIN_START,
  entryHash,
  verifyChain,
  type ChainEntry,
  type ChainPoint,
  type ChainProblem,
} from './chain.js';
