export { composeDecision, type DecisionFrame, type JudgedClaim } from './compose.js';
export { judge, type ClaimEvidence, type Verdict } from './judge.js';
export { doubtSuspected, isRefused, type AudioRisks } from './suspected.js';
export { insteadOfSpeech, qualityProblems } from './quality-problems.js';
export {
  SPEAKER_CHANGE_DEFAULTS,
  SpeakerChangeDetector,
  type SpeakerChangeOptions,
} from './speaker-change.js';
