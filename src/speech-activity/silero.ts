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

/** What one run reads and writes. */
interface Batch {
  readonly input: Float32Array;
  readonly recurrent: Float32Array;
  readonly output: Float32Array;
  readonly next: Float32Array;
  readonly inputs: InferenceSession.FeedsType;
  readonly outputs: InferenceSession.FetchesType;
}

/**
 * Silero VAD (https://github.com/snakers4/silero-vad). Chunks of many streams go through it in one run: at one chunk a
 * run its cost is mostly overhead (measured: a third of it a chunk in batches of 16, and the same to the last bit).
 */
export class SpeechActivityModel {
  /** By their size. Made anew for each run, they were most of what a worker's garbage collector had to do. */
  readonly #free = new Map<number, Batch[]>();

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
    const batch = this.#takeBatch(chunks.length);
    try {
      this.#fill(batch, chunks, states);
      await this.session.run(batch.inputs, batch.outputs);
      this.#advance(batch, states);
      return Array.from(batch.output);
    } finally {
      this.#free.get(chunks.length)!.push(batch);
    }
  }

  /** Room for so many streams; who took it alone uses it until it is free again. */
  #takeBatch(size: number): Batch {
    let free = this.#free.get(size);
    if (!free) this.#free.set(size, (free = []));
    return free.pop() ?? this.#makeBatch(size);
  }

  #makeBatch(size: number): Batch {
    const { layers, width } = this;
    const row = this.chunk.contextSamples + this.chunk.chunkSamples;
    const input = new Float32Array(size * row);
    const recurrent = new Float32Array(layers * size * width);
    const output = new Float32Array(size);
    const next = new Float32Array(layers * size * width);
    const stateOf = (values: Float32Array): Tensor => new Tensor('float32', values, [layers, size, width]);
    return {
      input,
      recurrent,
      output,
      next,
      inputs: { input: new Tensor('float32', input, [size, row]), state: stateOf(recurrent) },
      outputs: { output: new Tensor('float32', output, [size, 1]), stateN: stateOf(next) },
    };
  }

  #fill(
    { input, recurrent }: Batch,
    chunks: readonly Float32Array[],
    states: readonly SpeechActivityState[],
  ): void {
    const { layers, width } = this;
    const { contextSamples, chunkSamples } = this.chunk;
    const row = contextSamples + chunkSamples;
    for (let i = 0; i < chunks.length; i++) {
      const state = states[i]!;
      copy(state.context, 0, input, i * row, contextSamples);
      input.set(chunks[i]!, i * row + contextSamples);
      for (let layer = 0; layer < layers; layer++) {
        copy(state.recurrent, layer * width, recurrent, (layer * chunks.length + i) * width, width);
      }
    }
  }

  #advance({ input, next }: Batch, states: readonly SpeechActivityState[]): void {
    const { layers, width } = this;
    const { contextSamples, chunkSamples } = this.chunk;
    const row = contextSamples + chunkSamples;
    for (let i = 0; i < states.length; i++) {
      const state = states[i]!;
      copy(input, i * row + chunkSamples, state.context, 0, contextSamples);
      for (let layer = 0; layer < layers; layer++) {
        copy(next, (layer * states.length + i) * width, state.recurrent, layer * width, width);
      }
    }
  }
}

/** A hundred values: a loop takes less than making the views that `set` would need. */
function copy(from: Float32Array, fromAt: number, to: Float32Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i]!;
}
