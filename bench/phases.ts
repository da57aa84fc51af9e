import { setTimeout as sleep } from 'node:timers/promises';
import type { BareHandlers } from './bare-process.js';
import type { BenchDatabase } from './database.js';
import type { LoadHandlers } from './load-process.js';
import type { CallSource, LiveReport } from './load/live-load.js';
import { CALL_MS, GOALS, SHORT_CALL_MS, type Plan } from './plan.js';
import type { AskedProcess } from './processes.js';
import type { ServiceHandlers } from './service-process.js';
import { quantile, sum } from './statistics.js';

/** What a run is made with. */
export interface Stage {
  readonly plan: Plan;
  readonly database: BenchDatabase;
  readonly service: AskedProcess<ServiceHandlers>;
  readonly load: AskedProcess<LoadHandlers>;
  readonly bare: AskedProcess<BareHandlers>;
  readonly say: (text: string) => void;
}

/** A number of live calls at real pace, as it was measured. */
export interface Held {
  readonly calls: number;
  readonly cpuMsPerCallSecond: number;
  readonly mainThreadMsPerCallSecond: number;
  readonly databaseMsPerCallSecond: number;
  /** Calls over the cores of CPU time that the service used. */
  readonly callersPerCore: number;
  readonly decisions: number;
  readonly decisionKinds: Readonly<Record<string, number>>;
  readonly decisionLatencyP50Ms: number;
  readonly decisionLatencyP99Ms: number;
  readonly eventLoopDelayP99Ms: number;
  readonly residentMiB: number;
  /** How much of the audio that was played the service worked through meanwhile; what is told of CPU is of that. */
  readonly workedShare: number;
  /** Audio that the service did not take yet, ms a call. */
  readonly backlogMs: number;
  /** How late the generator itself was, ms. */
  readonly generatorLatenessP99Ms: number;
  /** Calls that were taken for copies, whose speech was compared no more. */
  readonly replaysSuspected: number;
  /** How often a call ended otherwise than well, by its status. */
  readonly problems: Readonly<Record<string, number>>;
}

/** A tenant with voiceprints of people who call often: of each as much is kept as ever is. */
export async function enrolledTenant(
  { service, load, database }: Stage,
  speakersAVoice: number,
  policy: Parameters<ServiceHandlers['createTenant']>[0] = {},
): Promise<CallSource> {
  const source = { tenantId: await service.ask('createTenant', policy), speakersAVoice };
  const { speakerIds, keptCalls } = await load.ask('enrol', source);
  const fingerprints = keptCalls.map((text) => Buffer.from(text, 'base64'));
  await database.keepCalls({ tenantId: source.tenantId, speakerIds, fingerprints });
  return source;
}

interface Wanted {
  readonly source: CallSource;
  readonly calls: number;
  readonly callMs?: number;
  readonly measureMs?: number;
}

/** Holds live calls and measures, once they have come and settled. */
export async function holdCalls(
  stage: Stage,
  { source, calls, callMs = CALL_MS, measureMs }: Wanted,
): Promise<Held> {
  const { plan, service, load, database } = stage;
  await load.ask('hold', { source, calls, overMs: plan.joinMs, callMs });
  await load.ask('take');
  await sleep(plan.settleMs);
  const settling = await load.ask('take');
  await service.ask('usage');
  const startMs = performance.now();
  const before = { ...(await service.ask('usage')), databaseMs: database.cpuMs() };
  await sleep(measureMs ?? plan.measureMs);
  const after = { ...(await service.ask('usage')), databaseMs: database.cpuMs() };
  const playedSeconds = (calls * (performance.now() - startMs)) / 1000;
  const report = await load.ask('take');
  const found = report.speechFoundMs - settling.speechFoundMs;
  const workedShare = found / (report.speechSentMs - settling.speechSentMs);
  // More than was played is what had waited before: then the figure is too high rather than too low.
  const callSeconds = playedSeconds * Math.min(1, workedShare);
  await service.ask('collectGarbage');
  const { residentMiB } = await service.ask('usage');
  const cpu = (after.cpuMs - before.cpuMs) / callSeconds;
  return {
    calls,
    cpuMsPerCallSecond: cpu,
    mainThreadMsPerCallSecond: (after.mainThreadCpuMs - before.mainThreadCpuMs) / callSeconds,
    databaseMsPerCallSecond: (after.databaseMs - before.databaseMs) / callSeconds,
    callersPerCore: 1000 / cpu,
    eventLoopDelayP99Ms: after.eventLoopDelayP99Ms,
    residentMiB,
    workedShare,
    ...summary([settling, report]),
  };
}

function summary(reports: readonly LiveReport[]) {
  const latencies = reports.flatMap(({ decisionLatenciesMs }) => decisionLatenciesMs);
  const kinds: Record<string, number> = {};
  const problems: Record<string, number> = {};
  for (const problem of reports.flatMap((report) => report.problems)) {
    problems[problem] = (problems[problem] ?? 0) + 1;
  }
  for (const { decisions } of reports) {
    for (const [kind, count] of Object.entries(decisions)) kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return {
    decisions: latencies.length,
    decisionKinds: kinds,
    decisionLatencyP50Ms: quantile(latencies, 0.5),
    decisionLatencyP99Ms: quantile(latencies, 0.99),
    backlogMs: Math.max(...reports.map(({ backlogMs }) => backlogMs)),
    generatorLatenessP99Ms: quantile(
      reports.flatMap(({ latenessMs }) => latenessMs),
      0.99,
    ),
    replaysSuspected: sum(reports.map(({ replaysSuspected }) => replaysSuspected)),
    problems,
  };
}

/** Ends all calls and lets the service come to rest. */
export async function rest({ load }: Stage): Promise<void> {
  await load.ask('endAll');
  await sleep(1500);
  await load.ask('take');
}

/** Steps up until decisions are late or audio queues grow; all that was tried, and the last one that was held. */
export async function stepUp(
  stage: Stage,
  source: CallSource,
): Promise<{ steps: Held[]; best: Held | undefined }> {
  const steps: Held[] = [];
  let best: Held | undefined;
  for (const calls of stage.plan.steps) {
    const held = await holdCalls(stage, { source, calls });
    steps.push(held);
    stage.say(
      `${calls} live calls: ${held.callersPerCore.toFixed(0)} a core, p99 ${held.decisionLatencyP99Ms.toFixed(0)} ms`,
    );
    for (const [problem, calls] of Object.entries(held.problems)) stage.say(`${calls} ended with ${problem}`);
    if (!isHeld(held)) break;
    best = held;
  }
  await rest(stage);
  return { steps, best };
}

function isHeld(held: Held): boolean {
  const late = held.decisionLatencyP99Ms > GOALS.decisionLatencyP99Ms.atMost;
  return !late && held.workedShare > 0.9 && held.backlogMs < 200 && Object.keys(held.problems).length === 0;
}

/** The time to the decision, with calls so short that there are many. */
export async function timeDecisions(stage: Stage, source: CallSource): Promise<Held> {
  const { latencyCalls: calls, latencyMs: measureMs } = stage.plan;
  const held = await holdCalls(stage, { source, calls, callMs: SHORT_CALL_MS, measureMs });
  await rest(stage);
  return held;
}

/**
 * What the service uses while nothing is decided, so that every window is embedded in all spaces; and the graphs alone, at
 * the same time: what runs beside it makes both slower.
 */
export async function compareWithGraphs(stage: Stage) {
  const { bare, plan } = stage;
  const source = await enrolledTenant(stage, 1, { minimumNetSpeechMs: 60_000, maximumNetSpeechMs: 60_000 });
  const [held, graphs] = await whileRunning(holdCalls(stage, { source, calls: plan.costCalls }), () =>
    bare.ask('onnx'),
  );
  await rest(stage);
  const totals = graphs.map(
    ({ speechActivity, embedding }) => speechActivity + sum(Object.values(embedding)),
  );
  const bareMs = sum(totals) / totals.length;
  return {
    held,
    bare: graphs.at(-1)!,
    bareMsPerCallSecond: bareMs,
    ratio: held.cpuMsPerCallSecond / bareMs,
  };
}

/** Asks again and again until some work is done; returns what both gave. */
async function whileRunning<T, Answer>(
  work: Promise<T>,
  ask: () => Promise<Answer>,
): Promise<[T, readonly Answer[]]> {
  const running = { over: false };
  const ended = work.finally(() => {
    running.over = true;
  });
  const answers: Answer[] = [];
  do answers.push(await ask());
  while (!running.over);
  return [await ended, answers];
}

/** CPU of a call by its length; ms. */
export async function costByLength({ plan, service, load }: Stage, source: CallSource) {
  const costs: { minutes: number; cpuMsPerCall: number; cpuMsPerCallSecond: number }[] = [];
  for (const { minutes, calls } of plan.lengths) {
    const before = await service.ask('usage');
    await load.ask('stream', { source, calls, minutes });
    const after = await service.ask('usage');
    const cpuMsPerCall = (after.cpuMs - before.cpuMs) / calls;
    costs.push({ minutes, cpuMsPerCall, cpuMsPerCallSecond: cpuMsPerCall / (60 * minutes) });
  }
  return costs;
}
