export { composeDecision, type DecisionFrame, type JudgedClaim } from './compose.js';
export { judge, type ClaimEvidence, type Verdict } from './judge.js';
export { doubtReplayed } from './replayed.js';
export { insteadOfSpeech, qualityProblems } from './quality-problems.js';
export {
  SPEAKER_CHANGE_DEFAULTS,
  SpeakerChangeDetector,
  type SpeakerChangeOptions,
} from './speaker-change.js';
