import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Countermeasure } from '../domain/speech.js';
import type { CountermeasureManifest } from './model-manifest.js';

/** Probabilities nearer to 0 or 1 count as this near. */
const LEAST_PROBABILITY = 1e-6;

/** A graph that tells the speech of people from synthetic speech. */
export class CountermeasureModel {
  readonly terms: Countermeasure;
  readonly #input: string;
  /** The input's dimensions with a window of so many samples. */
  readonly #shape: (samples: number) => number[];
  /** Samples that the graph takes; undefined for any number. */
  readonly #inputSamples: number | undefined;

  /** @param session the graph of `model`, already held against its manifest. */
  constructor(
    private readonly session: InferenceSession,
    private readonly model: CountermeasureManifest,
  ) {
    const { name, shape } = model.inputs[0]!;
    const last = shape.at(-1);
    this.#input = name;
    this.#shape = (samples) => [...shape.slice(0, -1).map(() => 1), samples];
    this.#inputSamples = typeof last === 'number' ? last : undefined;
    this.terms = {
      modelId: model.id,
      modelSha256: model.sha256,
      suspectedBelowLlr: this.#llrOf(model.score.suspectedBelow),
    };
  }

  /**
   * What the graph makes of a window: a log-likelihood ratio, or the log odds of a probability; undefined where it gives no
   * finite number.
   * @param samples speech at 16 kHz, -1 to 1.
   */
  async bonaFideLlr(samples: Float32Array): Promise<number | undefined> {
    const llr = this.#llrOf((await this.scores(samples))[this.model.score.index] ?? NaN);
    return Number.isFinite(llr) ? llr : undefined;
  }

  /** The output that scores are taken of, as it is. */
  async scores(samples: Float32Array): Promise<Float32Array> {
    const input = this.#fitted(samples);
    const results = await this.session.run({
      [this.#input]: new Tensor('float32', input, this.#shape(input.length)),
    });
    return results[this.model.score.output]!.data as Float32Array;
  }

  /** A copy as long as the graph wants it: cut, or said again from its beginning, as such models are trained. */
  #fitted(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#inputSamples ?? samples.length);
    for (let at = 0; at < input.length; at += samples.length)
      input.set(samples.subarray(0, input.length - at), at);
    return input;
  }

  #llrOf(score: number): number {
    if (this.model.score.meaning === 'log-likelihood-ratio') return score;
    const probability = Math.min(Math.max(score, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);
    return Math.log(probability / (1 - probability));
  }
}
