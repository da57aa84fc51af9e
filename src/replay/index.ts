export { Fingerprinter } from './fingerprinter.js';
export { bestMatch, isReplay, type Match, type MatchTerms, REPLAY_TERMS } from './match.js';
export { packFingerprint, unpackFingerprint } from './packed.js';
