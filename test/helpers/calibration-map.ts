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
