import type { OpenVoiceprint } from '../domain/voiceprint.js';
import { confidenceOf, type Calibration, type CalibrationMap } from './calibration.js';
import type { PooledSpeech } from './pooling.js';

/** The best of a speaker's voiceprints against a caller's speech. */
export interface Comparison {
  readonly voiceprint: OpenVoiceprint;
  /** The map that the LLR came from; its thresholds are the ones that count. */
  readonly map: CalibrationMap;
  /** Mean of the cosines, -1 to 1. */
  readonly score: number;
  readonly llr: number;
  readonly llrClipped: boolean;
  /** 0 to 100. */
  readonly confidence: number;
}

/**
 * Compares pooled speech with each voiceprint and keeps the best score: what is calibrated and bounded is the maximum. The
 * first map of the calibration that any voiceprint can be compared by counts. Undefined when there is none, or no speech
 * yet.
 */
export function compareBest(
  speech: PooledSpeech,
  voiceprints: readonly OpenVoiceprint[],
  calibration: Calibration,
): Comparison | undefined {
  for (const map of calibration.maps) {
    const scored = voiceprints.flatMap((voiceprint) => {
      const score = map.score(speech.vectors, voiceprint.vectors);
      return score === undefined ? [] : [{ voiceprint, score }];
    });
    const best = scored.toSorted((a, b) => b.score - a.score)[0];
    if (!best) continue;
    const { llr, clipped } = map.llr(best.score, speech.netSpeechMs, speech.quality);
    return { ...best, map, llr, llrClipped: clipped, confidence: confidenceOf(llr) };
  }
  return undefined;
}
