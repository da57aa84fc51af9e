import type { ReasonCode } from '../domain/decision.js';
import type { SpeechQuality } from '../domain/speech.js';

/** Where a measure of quality becomes a problem worth telling. */
const LIMITS = {
  /** As WindowSnr measures it: true noise at 10 dB reads 14.5, at 5 dB 10.6, a clean telephone line 36 (medians). */
  snrDb: 12,
  /** ITU-T P.56 calls samples at the rails overload; one in a hundred is audible. */
  clippedShare: 0.01,
  /** Telephone speech has an active level of about -26 dBFS (ITU-T P.830); 20 dB below that is faint. */
  levelDbfs: -46,
  /** The telephone band reaches to 3400 Hz (ITU-T G.712). */
  bandwidthHz: 2800,
} as const;

/** What is wrong with the audio, in the order of the limits above; empty when nothing is. */
export function qualityProblems(quality: SpeechQuality): ReasonCode[] {
  const problems: ReasonCode[] = [];
  if (quality.snrDb !== null && quality.snrDb < LIMITS.snrDb) problems.push('LOW_SNR');
  if (quality.clippedShare > LIMITS.clippedShare) problems.push('CLIPPED');
  if (quality.levelDbfs !== null && quality.levelDbfs < LIMITS.levelDbfs) problems.push('LOW_LEVEL');
  if (quality.bandwidthHz !== null && quality.bandwidthHz < LIMITS.bandwidthHz)
    problems.push('NARROW_BANDWIDTH');
  return problems;
}
