import type { CalibrationMapFile } from '../../scoring/index.js';
import { bootstrapShare } from '../call-rates.js';
import type { SimulatedCall } from '../whole-calls.js';

type Thresholds = CalibrationMapFile['thresholds'];

/** Rates that a policy may ask for. */
const TARGETS = [0.05, 0.02, 0.01, 0.005, 0.002, 0.001] as const;
const STEP = 0.25;
/**
 * A threshold must keep to this share of its target: it is chosen on the calls that it is measured on, and claims are
 * drawn at random, half of them to the other sex, which hardly ever matches. An attacker would not choose so.
 */
const MARGIN = 0.5;

/**
 * The LLR to reach for each false-match rate that the calls support, over whole calls with several voiceprints and claims.
 * A rate is supported when there are 3 / rate pairs of speakers (the rule of three), and a threshold within the bounds of
 * the LLR keeps to it.
 * @param calls whole calls judged with the map that the thresholds are for.
 */
export function thresholdsOf(
  calls: readonly SimulatedCall[],
  highest: number,
  replicates: number,
): Thresholds {
  const impostors = calls.filter(({ genuine, comparisons }) => !genuine && comparisons > 1);
  const pairs = new Set(
    impostors.flatMap(({ speaker, claimed }) => claimed.map((each) => [speaker, each].sort().join(' '))),
  );
  const thresholds: Thresholds = [];
  for (const targetFalseMatchRate of TARGETS) {
    if (pairs.size * targetFalseMatchRate < 3) break;
    const llr = lowest(impostors, targetFalseMatchRate * MARGIN, highest);
    if (llr === undefined) break;
    const hit = ({ outcome }: SimulatedCall): boolean => outcome.highestLlr >= llr;
    const rate = impostors.filter(hit).length / impostors.length;
    const interval = bootstrapShare(impostors, hit, replicates);
    thresholds.push({
      targetFalseMatchRate,
      llr,
      measured: {
        rate,
        low: Math.min(rate, interval?.low ?? 0),
        high: Math.max(rate, interval?.high ?? 1),
        impostorTrials: impostors.length,
        speakers: new Set(impostors.map(({ speaker }) => speaker)).size,
      },
    });
  }
  return thresholds;
}

function lowest(impostors: readonly SimulatedCall[], rate: number, highest: number): number | undefined {
  const most = Math.floor(rate * impostors.length);
  for (let llr = 0; llr <= highest; llr += STEP) {
    if (impostors.filter(({ outcome }) => outcome.highestLlr >= llr).length <= most) return llr;
  }
  return undefined;
}
