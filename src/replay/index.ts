export { Fingerprinter } from './fingerprinter.js';
export { bestMatch, isReplay, REPLAY_TERMS, type Match } from './match.js';
export { packFingerprint, unpackFingerprint } from './packed.js';
