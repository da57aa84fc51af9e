import type { SpeechQuality, SpeechWindow } from '../../src/domain/speech.js';

export const GOOD_QUALITY: SpeechQuality = {
  snrDb: 30,
  clippedShare: 0,
  levelDbfs: -26,
  bandwidthHz: 3600,
  levelSpreadDb: 27,
  bandContrastDb: 26,
  slowDecayDb: 3,
  embeddingLength: 7.8,
  toneOrMusicShare: 0,
  otherVoiceShare: null,
};

/** A made-up window of one space, `campplus`, with an L2-normalised copy of the vector. */
export function window(vector: readonly number[], options: Partial<SpeechWindow> = {}): SpeechWindow {
  const length = Math.hypot(...vector) || 1;
  return {
    index: 0,
    vectors: { campplus: Float32Array.from(vector, (value) => value / length) },
    netSpeechMs: 3000,
    startMs: 0,
    endMs: 3000,
    quality: GOOD_QUALITY,
    ...options,
  };
}
