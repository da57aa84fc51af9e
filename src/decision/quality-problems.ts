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
  /**
   * Of 177 stretches of three windows of clean telephone speech 2 % read more, of five windows none; with noise, GSM, Opus
   * or lost packets 1 to 3 %. With a second talker 0 to 10 dB below the caller 40 to 55 % do.
   */
  otherVoiceShare: 0.25,
  /** A window whose speech stands in more tones and music than there is of it may be singing. */
  toneOrMusicShare: 0.5,
} as const;

/**
 * A rejection wants purer speech: a caller is rejected when it is another's voice that was compared. Of 34 callers with a
 * second talker at 0, 5 and 10 dB below them 21, 15 and 5 were rejected without these limits, and 9, 9 and 2 with them; of
 * impostors on clean lines 97 % still are.
 */
const MOST_OTHER_VOICE_TO_REJECT = 0.1;

/** What is wrong with the audio, in the order of the limits above; empty when nothing is. */
export function qualityProblems(quality: SpeechQuality): ReasonCode[] {
  const problems: ReasonCode[] = [];
  if (quality.snrDb !== null && quality.snrDb < LIMITS.snrDb) problems.push('LOW_SNR');
  if (quality.clippedShare > LIMITS.clippedShare) problems.push('CLIPPED');
  if (quality.levelDbfs !== null && quality.levelDbfs < LIMITS.levelDbfs) problems.push('LOW_LEVEL');
  if (quality.bandwidthHz !== null && quality.bandwidthHz < LIMITS.bandwidthHz)
    problems.push('NARROW_BANDWIDTH');
  if ((quality.otherVoiceShare ?? 0) > LIMITS.otherVoiceShare) problems.push('SEVERAL_SPEAKERS');
  return [...problems, ...insteadOfSpeech(quality)];
}

/** What is heard in place of speech, by the quality of all audio so far. */
export function insteadOfSpeech({ toneOrMusicShare }: SpeechQuality): ReasonCode[] {
  return toneOrMusicShare > LIMITS.toneOrMusicShare ? ['TONE_OR_MUSIC'] : [];
}

/**
 * Why the audio does not carry a decision that its evidence would lead to; empty when it does. Noise is no reason: the LLR
 * knows of it (no genuine caller of 33 was rejected in noise at 0 dB, nor any of 21 at -5 dB).
 */
export function doubtsAbout(kind: 'ACCEPT' | 'REJECT', quality: SpeechQuality): ReasonCode[] {
  const most = kind === 'REJECT' ? MOST_OTHER_VOICE_TO_REJECT : LIMITS.otherVoiceShare;
  const doubts: ReasonCode[] = [];
  if ((quality.otherVoiceShare ?? 0) > most) doubts.push('SEVERAL_SPEAKERS');
  return [...doubts, ...insteadOfSpeech(quality)];
}
