import { InferenceSession } from 'onnxruntime-node';

/**
 * Opens a graph for one thread: a call is pinned to a worker, and one worker is one core, so threads within ONNX Runtime
 * would only fight over it, and spinning would burn it while it waits. `run()` blocks the thread it is called on.
 * @param graph the bytes of the ONNX file; not needed afterwards.
 * @throws whatever ONNX Runtime says of a graph that it cannot read.
 */
export async function openOnnxSession(graph: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
