import type { CalibrationMapFile } from '../../scoring/index.js';
import { bootstrapShare } from '../call-rates.js';
import type { SimulatedCall } from '../whole-calls.js';

type Thresholds = CalibrationMapFile['thresholds'];

/** Rates that a policy may ask for. */
const TARGETS = [0.05, 0.02, 0.01, 0.005, 0.002, 0.001] as const;
const STEPS_PER_NAT = 10;
/**
 * A threshold must keep to this share of its target: it is chosen on the calls that it is measured on, and claims are
 * drawn at random, half of them to the other sex, which hardly ever matches. An attacker would not choose so.
 */
const MARGIN = 0.5;

/**
 * The LLR to reach for each false-match rate that the calls support, over whole calls with one comparison and with several
 * voiceprints and claims; to it the logarithm of the comparisons is added (CalibrationMap.acceptThreshold). A rate is
 * supported when there are 3 / rate pairs of speakers (the rule of three), and a threshold within the bounds of the LLR keeps
 * to it, whatever the number of comparisons.
 * @param calls whole calls judged with the map that the thresholds are for.
 */
export function thresholdsOf(
  calls: readonly SimulatedCall[],
  highest: number,
  replicates: number,
): Thresholds {
  const impostors = calls.filter(({ genuine }) => !genuine);
  const groups = [...new Set(impostors.map(({ comparisons }) => comparisons))]
    .sort((a, b) => a - b)
    .map((comparisons) => ({
      comparisons,
      calls: impostors.filter((call) => call.comparisons === comparisons),
    }));
  const pairs = new Set(
    impostors.flatMap(({ speaker, claimed }) => claimed.map((each) => [speaker, each].sort().join(' '))),
  );
  const thresholds: Thresholds = [];
  for (const targetFalseMatchRate of TARGETS) {
    if (pairs.size * targetFalseMatchRate < 3) break;
    const baseLlr = lowest(groups, targetFalseMatchRate * MARGIN, highest);
    if (baseLlr === undefined) break;
    const measured = groups.map((group) => measure(group, baseLlr, replicates));
    thresholds.push({ targetFalseMatchRate, baseLlr, measured });
  }
  return thresholds;
}

interface Group {
  readonly comparisons: number;
  readonly calls: readonly SimulatedCall[];
}

const isHit =
  (baseLlr: number) =>
  ({ outcome, comparisons }: SimulatedCall): boolean =>
    outcome.highestLlr >= baseLlr + Math.log(comparisons);

function measure({ comparisons, calls }: Group, baseLlr: number, replicates: number) {
  const hit = isHit(baseLlr);
  const rate = calls.filter(hit).length / calls.length;
  const interval = bootstrapShare(calls, hit, replicates);
  return {
    comparisons,
    rate,
    low: Math.min(rate, interval?.low ?? 0),
    high: Math.max(rate, interval?.high ?? 1),
    impostorTrials: calls.length,
    speakers: new Set(calls.map(({ speaker }) => speaker)).size,
  };
}

function lowest(groups: readonly Group[], rate: number, highest: number): number | undefined {
  const most = Math.max(...groups.map(({ comparisons }) => comparisons));
  for (let step = 0; step / STEPS_PER_NAT + Math.log(most) <= highest; step++) {
    const baseLlr = step / STEPS_PER_NAT;
    const hit = isHit(baseLlr);
    const holds = ({ calls }: Group) => calls.filter(hit).length <= Math.floor(rate * calls.length);
    if (groups.every(holds)) return baseLlr;
  }
  return undefined;
}
