import fc from 'fast-check';
import type { CalibrationMapFile } from '../../src/scoring/index.js';

export const RATE = { rate: 0.003, low: 0.001, high: 0.009, impostorTrials: 1000, speakers: 30 };

/** A map of these weights, with the limits and thresholds that tests know. */
export function mapOf(
  weights: CalibrationMapFile['weights'],
  secondSpace: string | null,
): CalibrationMapFile {
  return {
    space: 'campplus',
    secondSpace,
    weights,
    limits: {
      netSpeechSeconds: { min: 2.995, max: 30 },
      snrDb: { min: 5, max: 30 },
      embeddingLength: { min: 5.5, max: 9.2 },
      levelSpreadDb: { min: 18, max: 24 },
      bandContrastDb: { min: 12, max: 32 },
      slowDecayDb: { min: 0, max: 8 },
    },
    llr: { min: -5.5, max: 6 },
    thresholds: [
      { targetFalseMatchRate: 0.05, baseLlr: 1.2, measured: [{ comparisons: 6, ...RATE, rate: 0.02 }] },
      {
        targetFalseMatchRate: 0.01,
        baseLlr: 3.2,
        measured: [
          { comparisons: 1, ...RATE },
          { comparisons: 6, ...RATE, rate: 0.004 },
        ],
      },
    ],
  };
}

/** A cosine. */
export const cosine = fc.double({ min: -1, max: 1, noNaN: true });
const measure = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** The measures of the audio that count, within their limits and beyond. */
export const measures = {
  snrDb: measure(-20, 60),
  embeddingLength: measure(0, 20),
  levelSpreadDb: measure(0, 60),
  bandContrastDb: measure(0, 60),
  slowDecayDb: measure(-20, 20),
};

/** A comparison of any audio, measured or not. */
export const comparison = fc.record({
  score: cosine,
  secondScore: cosine,
  netSpeechMs: fc.double({ min: 100, max: 60_000, noNaN: true }),
  quality: fc.record({
    snrDb: fc.option(measures.snrDb),
    clippedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    levelDbfs: fc.constant(-26),
    bandwidthHz: fc.constant(3600),
    embeddingLength: fc.option(measures.embeddingLength),
    levelSpreadDb: fc.option(measures.levelSpreadDb),
    bandContrastDb: fc.option(measures.bandContrastDb),
    slowDecayDb: fc.option(measures.slowDecayDb),
    toneOrMusicShare: fc.constant(0),
    otherVoiceShare: fc.constant(null),
  }),
});
