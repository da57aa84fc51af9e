import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { EmbeddingSpace } from '../domain/speech.js';
import { NO_BANDS, type BandMeasures } from './band-meter.js';
import { createFrontEnd, type FrontEnd } from './front-end.js';
import type { SpeakerEmbeddingManifest } from './model-manifest.js';

/** What a model makes of a window. */
export interface Embedding {
  /** Of length 1. */
  readonly vector: Float32Array;
  /** Of the model's output, before it was scaled. */
  readonly length: number;
  /** Of what went into the model. */
  readonly bands: BandMeasures;
}

/** Divides a vector by its length, in place. */
export function normaliseLength(vector: Float32Array): Pick<Embedding, 'vector' | 'length'> {
  let energy = 0;
  for (const value of vector) energy += value * value;
  const length = Math.sqrt(energy);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return { vector, length };
}

/** One graph that turns speech into a vector: front end, graph, L2-normalisation. What one call of `embed` does is nothing to the next. */
export class EmbeddingExtractor {
  readonly space: EmbeddingSpace;
  /** Samples at 16 kHz in a full window. */
  readonly windowSamples: number;
  readonly #frontEnd: FrontEnd;
  readonly #input: string;
  readonly #output: string;
  /** Of the last run, for the next one. */
  #room: Float32Array | undefined;

  /** @param session the graph of `model`, already held against its manifest. */
  constructor(
    private readonly session: InferenceSession,
    model: SpeakerEmbeddingManifest,
  ) {
    this.#frontEnd = createFrontEnd(model);
    this.windowSamples = this.#frontEnd.windowSamples;
    this.#input = model.inputs[0]!.name;
    this.#output = model.outputs[0]!.name;
    this.space = {
      id: model.space,
      dimension: model.embeddingDim,
      modelId: model.id,
      modelSha256: model.sha256,
    };
  }

  /**
   * The vector of one window. Windows of different calls never share a run: the quantised layers of ge2e scale their
   * activations over the whole batch, so that each would depend on whoever it ran with (measured: up to 0.006 a value).
   * @param samples speech at 16 kHz, -1 to 1, at least 3 frames (720 samples); a full window or a shorter rest.
   * @returns a new vector of length 1, how long it was, and what the bands of the speech say.
   */
  async embed(samples: Float32Array): Promise<Embedding> {
    const room = this.#room;
    this.#room = undefined; // Whoever runs meanwhile has its own.
    const { data, shape } = this.#frontEnd.compute(samples, room);
    // Before the first wait: the meter is that of whoever runs meanwhile, too.
    const bands = this.#frontEnd.bands?.measure(data, shape[1]) ?? NO_BANDS;
    const results = await this.session.run({ [this.#input]: new Tensor('float32', data, shape) });
    this.#room = data;
    const mean = meanOfRows(results[this.#output]!.data as Float32Array, this.space.dimension);
    return { ...normaliseLength(mean), bands };
  }
}

/** The mean of the rows; a new array. */
function meanOfRows(values: Float32Array, columns: number): Float32Array {
  const mean = new Float32Array(columns);
  const rows = values.length / columns;
  for (let i = 0; i < values.length; i++) mean[i % columns]! += values[i]! / rows;
  return mean;
}
