import { Tensor, type InferenceSession } from 'onnxruntime-node';

/** How Silero wants a stream cut, as models.json says: `chunkSamples` new samples after `contextSamples` old ones. */
export interface SpeechActivityChunk {
  readonly sampleRateHz: number;
  readonly contextSamples: number;
  readonly chunkSamples: number;
}

/** What Silero remembers of one stream between two chunks. Owned by the stream; advanced by SpeechActivityModel.run. */
export interface SpeechActivityState {
  /** The last samples of the chunk before; zeros at the start. */
  readonly context: Float32Array;
  /** The recurrent state, layers x width; zeros at the start. */
  readonly recurrent: Float32Array;
}

/**
 * Silero VAD (https://github.com/snakers4/silero-vad). Chunks of many streams go through it in one run: at one chunk a
 * run its cost is mostly overhead (measured: a third of it a chunk in batches of 16, and the same to the last bit).
 */
export class SpeechActivityModel {
  /**
   * @param session the graph, with the inputs and outputs that models.json names.
   * @param chunk how models.json says that streams are cut.
   * @param layers,width the fixed dimensions of the recurrent state: 2 and 128.
   */
  constructor(
    private readonly session: InferenceSession,
    readonly chunk: SpeechActivityChunk,
    private readonly layers: number,
    private readonly width: number,
  ) {}

  /** The state of a stream that begins. */
  start(): SpeechActivityState {
    return {
      context: new Float32Array(this.chunk.contextSamples),
      recurrent: new Float32Array(this.layers * this.width),
    };
  }

  /**
   * The probability of speech, 0 to 1, in one chunk of each of several streams.
   * @param chunks `chunkSamples` samples each, in the range -1 to 1; not kept.
   * @param states the state of each stream, in the same order; advanced in place once the run has succeeded.
   */
  async run(
    chunks: readonly Float32Array[],
    states: readonly SpeechActivityState[],
  ): Promise<readonly number[]> {
    const batch = chunks.length;
    const { contextSamples, chunkSamples } = this.chunk;
    const row = contextSamples + chunkSamples;
    const { layers, width } = this;
    const input = new Float32Array(batch * row);
    const recurrent = new Float32Array(layers * batch * width);
    for (let i = 0; i < batch; i++) {
      const state = states[i]!;
      input.set(state.context, i * row);
      input.set(chunks[i]!, i * row + contextSamples);
      for (let layer = 0; layer < layers; layer++) {
        copy(state.recurrent, layer * width, recurrent, (layer * batch + i) * width, width);
      }
    }
    const results = await this.session.run({
      input: new Tensor('float32', input, [batch, row]),
      state: new Tensor('float32', recurrent, [layers, batch, width]),
    });
    const next = results['stateN']!.data as Float32Array;
    for (let i = 0; i < batch; i++) {
      const state = states[i]!;
      copy(input, (i + 1) * row - contextSamples, state.context, 0, contextSamples);
      for (let layer = 0; layer < layers; layer++) {
        copy(next, (layer * batch + i) * width, state.recurrent, layer * width, width);
      }
    }
    return Array.from(results['output']!.data as Float32Array);
  }
}

/** A hundred values: a loop takes less than making the views that `set` would need. */
function copy(from: Float32Array, fromAt: number, to: Float32Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i]!;
}
