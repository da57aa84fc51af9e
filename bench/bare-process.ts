/* The work without a service: graphs in a plain loop, and each stage by itself, on the audio of the calls. */
import { comparisonCost } from './bare/comparison.js';
import { openActivityGraph, openSpeakerGraphs } from './bare/graphs.js';
import { pipelineCosts } from './bare/stages.js';
import type { Fingerprint } from '../src/domain/speech.js';
import { hear, loadBenchModels, makeTracks } from './audio.js';
import { answerParent } from './processes.js';
import { cpuOf, sum } from './statistics.js';

const models = await loadBenchModels();
const graphs = await openSpeakerGraphs(models.precision);
const activity = await openActivityGraph();

interface Material {
  readonly tracks: readonly Uint8Array[];
  readonly chunks: readonly (readonly Float32Array[])[];
  readonly windows: readonly Float32Array[];
  readonly fingerprints: readonly Fingerprint[];
  readonly callSeconds: number;
  readonly speechSeconds: number;
}

let material: Material | undefined;

function theMaterial(): Material {
  if (!material) throw new Error('Nothing prepared.');
  return material;
}

const secondsOf = (windows: readonly Float32Array[]): number =>
  sum(windows.map(({ length }) => length)) / 16_000;

/** CPU of a graph and of its front end for windows, ms in all. */
async function embeddingCosts(graph: (typeof graphs)[number], windows: readonly Float32Array[]) {
  const inputs: ReturnType<typeof graph.frontEnd.compute>[] = [];
  const frontEnd = await cpuOf(() => inputs.push(...windows.map((window) => graph.frontEnd.compute(window))));
  const run = await cpuOf(async () => {
    for (const input of inputs) await graph.run(input);
  });
  return { frontEnd, run };
}

const handlers = {
  prepare: async (lengthMs: number) => {
    const made = await makeTracks(models, lengthMs);
    const tracks = made.map(({ bytes }) => bytes);
    const heard = await hear(models, tracks);
    const found = heard.flatMap((each) => each.windows);
    const windows = found.map(({ samples }) => samples);
    const fingerprints = found.map(({ fingerprint }) => fingerprint);
    const callSeconds = (tracks.length * lengthMs) / 1000;
    const speechSeconds = sum(heard.map(({ netSpeechMs }) => netSpeechMs)) / 1000;
    const chunks = heard.map((each) => each.chunks);
    material = { tracks, chunks, windows, fingerprints, callSeconds, speechSeconds };
    return { callSeconds, speechSeconds, windows: windows.length, precision: models.precision };
  },
  /** The graphs alone, one by one: ms of CPU a second of call, every window embedded. */
  onnx: async () => {
    const { chunks, windows, callSeconds } = theMaterial();
    const speechActivity = await cpuOf(async () => {
      for (const call of chunks) await activity(call);
    });
    const embedding: Record<string, number> = {};
    for (const graph of graphs) {
      const { run } = await embeddingCosts(graph, windows);
      embedding[graph.space] = run / callSeconds;
    }
    return { speechActivity: speechActivity / callSeconds, embedding };
  },
  /** Every stage by itself: ms of CPU a second of call. */
  stages: async () => {
    const { tracks, chunks, windows, callSeconds } = theMaterial();
    const costs: Record<string, number> = await pipelineCosts(models, tracks);
    costs['speechActivityInThirtyTwos'] = await cpuOf(() => inBatches(chunks, 32));
    for (const graph of graphs) {
      const { frontEnd, run } = await embeddingCosts(graph, windows);
      costs[`${graph.space}FrontEnd`] = frontEnd;
      costs[`${graph.space}Graph`] = run;
    }
    return Object.fromEntries(Object.entries(costs).map(([name, ms]) => [name, ms / callSeconds]));
  },
  /** Holding windows against a frequent caller's fingerprints, which the main thread does. */
  comparison: () => comparisonCost(models, theMaterial().fingerprints),
  /**
   * The design that embeds all speech so far at every update, ms of CPU a second of speech; and this one, a window an
   * update, beside it.
   */
  naive: async (updates: number) => {
    const [graph] = graphs;
    const windows = theMaterial().windows.slice(0, updates);
    const speechSeconds = secondsOf(windows);
    const again = await cpuOf(async () => {
      for (let count = 1; count <= windows.length; count++) {
        await graph!.run(graph!.frontEnd.compute(joined(windows.slice(0, count))));
      }
    });
    const once = await cpuOf(async () => {
      for (const window of windows) await graph!.run(graph!.frontEnd.compute(window));
    });
    return {
      speechSeconds,
      wholeAudioEachUpdate: again / speechSeconds,
      eachWindowOnce: once / speechSeconds,
    };
  },
  /** The windows, for a peer. */
  windows: () => theMaterial().windows.slice(0, 40),
};

async function inBatches(calls: readonly (readonly Float32Array[])[], size: number): Promise<void> {
  const states = Array.from({ length: size }, () => models.activity.start());
  const frames = Math.max(...calls.map(({ length }) => length));
  let batch: Float32Array[] = [];
  for (let frame = 0; frame < frames; frame++) {
    for (const call of calls) {
      const chunk = call[frame];
      if (chunk) batch.push(chunk);
      if (batch.length < size) continue;
      await models.activity.run(batch, states);
      batch = [];
    }
  }
}

function joined(windows: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(sum(windows.map(({ length }) => length)));
  let at = 0;
  for (const window of windows) {
    whole.set(window, at);
    at += window.length;
  }
  return whole;
}

export type BareHandlers = typeof handlers;

answerParent(handlers);
