export { NetSpeech, telephoneMs, type SpeechStretch } from './net-speech.js';
export { openOnnxSession } from './onnx-session.js';
export { measureFrame, QualityMeter, SpeechSpectrum, type FrameMeasure } from './quality.js';
export { DEFAULT_SEGMENTER_OPTIONS, SpeechSegmenter, type SegmenterOptions } from './segmenter.js';
export { SpeechActivityModel, type SpeechActivityChunk, type SpeechActivityState } from './silero.js';
