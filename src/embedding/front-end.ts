import { Filterbank, MelSpectrogram, subtractMeanPerBin } from '../audio/index.js';
import { BandMeter } from './band-meter.js';
import type { KaldiFrontEnd, MelPowerFrontEnd, SpeakerEmbeddingManifest } from './model-manifest.js';

/** What a graph is fed with: `batch` inputs of `frames` rows of `bins`. The window's vector is the mean of their outputs. */
export interface GraphInput {
  readonly data: Float32Array;
  readonly shape: readonly [batch: number, frames: number, bins: number];
}

/** Turns the samples of a window into the input of a graph. Holds no state between windows. */
export interface FrontEnd {
  /** Samples at 16 kHz that give exactly the frames of a full window. */
  readonly windowSamples: number;
  /**
   * @param samples at 16 kHz, -1 to 1; a full window or a shorter rest. Not kept.
   * @param room the data of another input that nobody uses any more: used again where it is as long.
   */
  compute(samples: Float32Array, room?: Float32Array): GraphInput;
  /** Measures the input of a window; absent where that holds no logarithms of energies. */
  readonly bands?: BandMeter;
}

/** The front end that models.json gives a model. */
export function createFrontEnd(model: SpeakerEmbeddingManifest): FrontEnd {
  return model.frontEnd.type === 'kaldi-log-mel-filterbank'
    ? logMelFrontEnd(model, model.frontEnd)
    : melPowerFrontEnd(model, model.frontEnd);
}

function samplesOf(frames: number, frameLengthSamples: number, frameShiftSamples: number): number {
  return (frames - 1) * frameShiftSamples + frameLengthSamples;
}

/** Kaldi's filterbank, the mean of each bin over the window taken off; one input. */
function logMelFrontEnd(
  { sampleRateHz, windowFrames }: SpeakerEmbeddingManifest,
  options: KaldiFrontEnd,
): FrontEnd {
  const filterbank = new Filterbank({ sampleRateHz, ...options });
  const { melBins, frameLengthSamples, frameShiftSamples } = filterbank;
  return {
    windowSamples: samplesOf(windowFrames, frameLengthSamples, frameShiftSamples),
    bands: new BandMeter(filterbank.centresHz),
    compute: (samples, room) => {
      const frames = filterbank.frameCount(samples.length);
      const data = filterbank.compute(samples, roomFor(frames * melBins, room));
      subtractMeanPerBin(data, frames, melBins);
      return { data, shape: [1, frames, melBins] };
    },
  };
}

/**
 * GE2E's mel spectrogram. The graph wants `chunkFrames` frames, so a window goes in as its first ones and its last ones,
 * which may overlap; one that is not longer goes in as it is.
 */
function melPowerFrontEnd(
  { sampleRateHz, windowFrames }: SpeakerEmbeddingManifest,
  options: MelPowerFrontEnd,
): FrontEnd {
  const { melBins, frameLengthSamples, frameShiftSamples, chunkFrames } = options;
  const spectrogram = new MelSpectrogram({ sampleRateHz, ...options });
  let whole: Float32Array | undefined;
  return {
    windowSamples: samplesOf(windowFrames, frameLengthSamples, frameShiftSamples),
    compute: (samples, room) => {
      const frames = spectrogram.frameCount(samples.length);
      const length = frames * melBins;
      if (frames <= chunkFrames) {
        const data = spectrogram.compute(samples, roomFor(length, room));
        return { data, shape: [1, frames, melBins] };
      }
      whole = spectrogram.compute(samples, roomFor(length, whole));
      const chunk = chunkFrames * melBins;
      const data = roomFor(2 * chunk, room);
      data.set(whole.subarray(0, chunk));
      data.set(whole.subarray(length - chunk), chunk);
      return { data, shape: [2, chunkFrames, melBins] };
    },
  };
}

function roomFor(length: number, room: Float32Array | undefined): Float32Array {
  return room?.length === length ? room : new Float32Array(length);
}
