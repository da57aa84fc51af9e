import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { Filterbank, subtractMeanPerBin } from '../audio/index.js';
import { SPEECH_RATE_HZ } from '../domain/audio.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import type { KaldiFrontEnd, SpeakerEmbeddingManifest } from './model-manifest.js';

/** Samples at 16 kHz that give exactly the frames of one window of a model. */
export function windowSamples(model: SpeakerEmbeddingManifest): number {
  const { frameLengthMs, frameShiftMs } = kaldiFrontEnd(model);
  return (((model.windowFrames - 1) * frameShiftMs + frameLengthMs) * SPEECH_RATE_HZ) / 1000;
}

function kaldiFrontEnd(model: SpeakerEmbeddingManifest): KaldiFrontEnd {
  if (model.frontEnd.type === 'kaldi-log-mel-filterbank') return model.frontEnd;
  throw new VouchError('MODEL_INVALID', {
    message: `${model.id}: no extractor for the front end ${model.frontEnd.type}`,
    metadata: { model: model.id },
  });
}

/** Divides a vector by its length, in place, and returns it. */
export function normaliseLength(vector: Float32Array): Float32Array {
  let energy = 0;
  for (const value of vector) energy += value * value;
  const length = Math.sqrt(energy);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return vector;
}

/**
 * One graph that turns speech into a vector: filterbank, mean of each bin taken off over the window, the graph,
 * L2-normalisation. Holds no state between calls of `embed`.
 */
export class EmbeddingExtractor {
  readonly space: EmbeddingSpace;
  /** Samples at 16 kHz in a full window. */
  readonly windowSamples: number;
  readonly #filterbank: Filterbank;
  readonly #input: string;
  readonly #output: string;

  /**
   * @param session the graph of `model`, already held against its manifest.
   * @throws VouchError MODEL_INVALID for a front end other than the Kaldi filterbank.
   */
  constructor(
    private readonly session: InferenceSession,
    private readonly model: SpeakerEmbeddingManifest,
  ) {
    const { melBins, frameLengthMs, frameShiftMs, fftSize, preemphasis, lowHz, highHz } =
      kaldiFrontEnd(model);
    this.#filterbank = new Filterbank({
      sampleRateHz: model.sampleRateHz,
      melBins,
      frameLengthMs,
      frameShiftMs,
      fftSize,
      preemphasis,
      lowHz,
      highHz,
    });
    this.windowSamples = windowSamples(model);
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
   * @param samples speech at 16 kHz, -1 to 1, at least 3 frames (720 samples); a full window or a shorter rest.
   * @returns a new vector of length 1.
   */
  async embed(samples: Float32Array): Promise<Float32Array> {
    const bins = this.#filterbank.melBins;
    const frames = this.#filterbank.frameCount(samples.length);
    const features = this.#filterbank.compute(samples);
    subtractMeanPerBin(features, frames, bins);
    const results = await this.session.run({
      [this.#input]: new Tensor('float32', features, [1, frames, bins]),
    });
    return normaliseLength(Float32Array.from(results[this.#output]!.data as Float32Array));
  }
}
