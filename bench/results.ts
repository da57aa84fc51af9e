import type { Measured } from './measure.js';
import { GOALS } from './plan.js';
import { sum } from './statistics.js';

/** What goes into results.json; numbers have four significant digits. */
export function resultsOf(measured: Measured) {
  const { live, base, decisions, cost, lengths, machine, startUpMs } = measured;
  const [short, long] = lengths;
  const best = live.best ?? live.steps[0]!;
  const figures = {
    callersPerCore: best.callersPerCore,
    serviceCostRatio: cost.ratio,
    lengthCostRatio: long!.cpuMsPerCall / short!.cpuMsPerCall,
    decisionLatencyP99Ms: decisions.decisionLatencyP99Ms,
    memoryPerCallMiB: (best.residentMiB - base.residentMiB) / best.calls,
  };
  return rounded({
    ...figures,
    goals: goalsOf(figures),
    notes: notesOf(measured),
    stages: stagesOf(measured),
    peers: peersOf(measured),
    replayComparison: measured.replayComparison,
    machine,
    sustainedCalls: live.best?.calls ?? 0,
    startUpMs,
    residentBaseMiB: base.residentMiB,
    decisionsAt50Calls: decisions,
    cost,
    steps: live.steps,
    costByLength: lengths,
    audio: measured.audio,
  });
}

export type Results = ReturnType<typeof resultsOf>;

/** What makes figures of this run doubtful. */
function notesOf({ cost, decisions, live }: Measured): string[] {
  const notes: string[] = [];
  const keptUp = ({ workedShare }: typeof decisions): boolean => Math.abs(workedShare - 1) < 0.1;
  if (!keptUp(cost.held))
    notes.push('serviceCostRatio and stages: the service did not keep up with the calls');
  if (!keptUp(decisions)) notes.push('decisionLatencyP99Ms: the service did not keep up with the calls');
  if (!live.best) notes.push('callersPerCore: of a step that was not held, since none was');
  const suspected = sum(
    [decisions, cost.held, ...live.steps].map(({ replaysSuspected }) => replaysSuspected),
  );
  if (suspected > 0) notes.push(`${suspected} calls were taken for copies, and compared no more`);
  if (decisions.generatorLatenessP99Ms > 20)
    notes.push('the generator itself was late: other work on this machine');
  return notes;
}

function goalsOf(figures: Readonly<Record<keyof typeof GOALS, number>>) {
  return Object.entries(GOALS).map(([name, goal]) => {
    const value = figures[name as keyof typeof GOALS];
    const met = 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
    return { name, value, ...goal, met };
  });
}

/**
 * Milliseconds of CPU a second of call with every window embedded: each stage alone, the main thread of the loaded service,
 * and what is left of the measured total.
 */
function stagesOf({ stages, cost }: Measured): Record<string, number> {
  const { mainThreadMsPerCallSecond: mainThread, cpuMsPerCallSecond: total } = cost.held;
  const rest = total - mainThread - sum(Object.values(stages));
  return { ...stages, mainThread, rest, total };
}

/** Milliseconds of CPU a second of speech. */
function peersOf({ peers, stages, audio }: Measured) {
  const share = audio.speechSeconds / audio.callSeconds;
  const ours = ((stages['campplusFrontEnd'] ?? 0) + (stages['campplusGraph'] ?? 0)) / share;
  return { vouchExtractor: ours, ...peers };
}

function rounded<T>(value: T): T {
  const text = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'number' ? Number(each.toPrecision(4)) : each,
  );
  return JSON.parse(text) as T;
}
