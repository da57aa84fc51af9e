import type { SpeechQuality } from '../domain/speech.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { Calibration } from './calibration.js';
import { confidenceOf } from './calibration.js';
import type { PooledSpeech } from './pooling.js';
import { cosine } from './vector.js';

/** The best of a speaker's voiceprints against a caller's speech. */
export interface Comparison {
  readonly voiceprint: OpenVoiceprint;
  /** Cosine, -1 to 1. */
  readonly score: number;
  readonly llr: number;
  readonly llrClipped: boolean;
  /** 0 to 100. */
  readonly confidence: number;
}

/**
 * Compares pooled speech with each voiceprint and keeps the best score: what is calibrated and bounded is the maximum.
 * Undefined when no voiceprint has a vector in the calibration's space, or there is no speech yet.
 */
export function compareBest(
  speech: PooledSpeech,
  voiceprints: readonly OpenVoiceprint[],
  calibration: Calibration,
): Comparison | undefined {
  const test = speech.vectors[calibration.space];
  if (!test) return undefined;
  let best: { voiceprint: OpenVoiceprint; score: number } | undefined;
  for (const voiceprint of voiceprints) {
    const enrolled = voiceprint.vectors[calibration.space];
    if (!enrolled) continue;
    const score = cosine(test, enrolled);
    if (!best || score > best.score) best = { voiceprint, score };
  }
  return best && calibrated(best.voiceprint, best.score, speech.netSpeechMs, speech.quality, calibration);
}

function calibrated(
  voiceprint: OpenVoiceprint,
  score: number,
  netSpeechMs: number,
  quality: SpeechQuality,
  calibration: Calibration,
): Comparison {
  const { llr, clipped } = calibration.llr(score, netSpeechMs, quality);
  return { voiceprint, score, llr, llrClipped: clipped, confidence: confidenceOf(llr) };
}
