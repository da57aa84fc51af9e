import type { OpenVoiceprint } from '../domain/voiceprint.js';
import { confidenceOf, type Calibration, type CalibrationMap } from './calibration.js';
import type { PooledSpeech } from './pooling.js';

/** The best of a speaker's voiceprints against a caller's speech. */
export interface Comparison {
  readonly voiceprint: OpenVoiceprint;
  /** The map that the LLR came from; its thresholds are the ones that count. */
  readonly map: CalibrationMap;
  /** Cosine, -1 to 1. */
  readonly score: number;
  /** Cosine in the space of the second opinion; null where there was none. */
  readonly secondScore: number | null;
  readonly llr: number;
  /** Before the bounds: for error rates that need an order beyond them. */
  readonly unboundedLlr: number;
  readonly llrClipped: boolean;
  /** 0 to 100. */
  readonly confidence: number;
}

/**
 * Compares pooled speech with each voiceprint and keeps the best LLR: what is calibrated and bounded is the maximum. The
 * first map of the calibration that any voiceprint can be compared by counts. Undefined when there is none, or no speech
 * yet.
 */
export function compareBest(
  speech: PooledSpeech,
  voiceprints: readonly OpenVoiceprint[],
  calibration: Calibration,
): Comparison | undefined {
  const { netSpeechMs, quality } = speech;
  for (const map of calibration.maps) {
    const compared = voiceprints.flatMap((voiceprint) => {
      const scores = map.scores(speech.vectors, voiceprint.vectors);
      return scores ? [{ voiceprint, ...scores, ...map.llr({ ...scores, netSpeechMs, quality }) }] : [];
    });
    const best = compared.toSorted((a, b) => b.unbounded - a.unbounded)[0];
    if (!best) continue;
    const { voiceprint, score, secondScore, llr, unbounded, clipped } = best;
    const confidence = confidenceOf(llr);
    return {
      voiceprint,
      map,
      score,
      secondScore,
      llr,
      unboundedLlr: unbounded,
      llrClipped: clipped,
      confidence,
    };
  }
  return undefined;
}

/**
 * Whether two stretches of speech are taken to be of one voice: their LLR reaches what the calibration asks for at this
 * false-match rate, by its first map that both can be compared by.
 */
export function soundAlike(
  speech: PooledSpeech,
  other: PooledSpeech,
  calibration: Calibration,
  targetFalseMatchRate: number,
): boolean {
  for (const map of calibration.maps) {
    const scores = map.scores(speech.vectors, other.vectors);
    if (!scores) continue;
    const { netSpeechMs, quality } = speech;
    const { llr } = map.llr({ ...scores, netSpeechMs, quality });
    return llr >= map.acceptThreshold(targetFalseMatchRate, 1).llr;
  }
  return false;
}
