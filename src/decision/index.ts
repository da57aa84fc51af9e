export { bandOf, composeDecision, type DecisionFrame, type JudgedClaim } from './compose.js';
export { judge, type ClaimEvidence, type Verdict } from './judge.js';
export { qualityProblems } from './quality-problems.js';
export { SpeakerChangeDetector, type SpeakerChangeOptions } from './speaker-change.js';
