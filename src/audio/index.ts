export { BYTES_PER_SAMPLE, findFormatProblem, type FormatProblem } from './format.js';
export { RealFft } from './fft.js';
export { Resampler } from './resampler.js';
export { StreamDecoder } from './stream-decoder.js';
export { CAMPPLUS_FILTERBANK, Filterbank, subtractMeanPerBin, type FilterbankOptions } from './filterbank.js';
export { decodeRecording, type RecordingInput } from './recording/decode.js';
export { DEFAULT_RECORDING_LIMITS, type Recording, type RecordingLimits } from './recording/types.js';
export { MelSpectrogram, type MelSpectrogramOptions } from './mel-spectrogram.js';
