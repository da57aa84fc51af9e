import type { BareHandlers } from './bare-process.js';
import { describeMachine } from './machine.js';
import type { PeerHandlers } from './peer-process.js';
import {
  compareWithGraphs,
  costByLength,
  enrolledTenant,
  stepUp,
  timeDecisions,
  type Stage,
} from './phases.js';
import { AskedProcess } from './processes.js';

/** Everything that a run measures, one thing after the other. */
export async function measure(stage: Stage) {
  const { plan, service, load, bare, say } = stage;
  const machine = describeMachine();
  const address = await service.ask('address');
  const [audio] = await Promise.all([
    bare.ask('prepare', plan.trackMs),
    load.ask('connect', { address, trackMs: plan.trackMs }),
  ]);
  say(
    `audio made, ${((100 * audio.speechSeconds) / audio.callSeconds).toFixed(0)} % speech; ${audio.precision} graph`,
  );
  const source = await enrolledTenant(stage, plan.speakersAVoice);
  await service.ask('collectGarbage');
  const base = await service.ask('usage');
  say('enrolled');
  const decisions = await timeDecisions(stage, source);
  say(`decisions timed: p99 ${decisions.decisionLatencyP99Ms.toFixed(0)} ms`);
  const cost = await compareWithGraphs(stage);
  say(`cost beside the graphs alone: ${cost.ratio.toFixed(2)}`);
  const live = await stepUp(stage, source);
  const lengths = await costByLength(stage, source);
  say('calls of several lengths streamed');
  const stages = await bare.ask('stages');
  const replayComparison = await bare.ask('comparison');
  const peers = await comparePeers(bare, plan.naiveUpdates);
  return {
    plan,
    machine,
    audio,
    base,
    startUpMs: service.readyAfterMs,
    decisions,
    cost,
    live,
    lengths,
    stages,
    replayComparison,
    peers,
  };
}

export type Measured = Awaited<ReturnType<typeof measure>>;

/** @param updates of the naive design. */
async function comparePeers(bare: AskedProcess<BareHandlers>, updates: number) {
  const naive = await bare.ask('naive', updates);
  const windows = await bare.ask('windows');
  const peer = await AskedProcess.start<PeerHandlers>('./peer-process.js');
  const sherpaOnnx: Record<string, number | string> = {};
  for (const file of ['campplus.onnx', 'campplus.int8.onnx']) {
    sherpaOnnx[file] = await peer.ask('sherpaOnnx', { file, windows });
  }
  await peer.stop();
  return { sherpaOnnx, naive };
}
