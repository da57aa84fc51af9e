export { NetSpeech, telephoneMs, type SpeechStretch } from './net-speech.js';
export { openOnnxSession } from './onnx-session.js';
export { measureFrame, QualityMeter, SpeechSpectrum, WindowSnr } from './quality.js';
export { DEFAULT_SEGMENTER_OPTIONS, SpeechSegmenter } from './segmenter.js';
export { SpeechActivityModel, type SpeechActivityChunk, type SpeechActivityState } from './silero.js';
