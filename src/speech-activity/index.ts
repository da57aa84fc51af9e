export { AnswerMeter } from './answer-meter.js';
export { NetSpeech, speechMs, type SpeechStretch } from './net-speech.js';
export { openOnnxSession } from './onnx-session.js';
export { measureFrame, QualityMeter, SpeechSpectrum, telephoneSamples, WindowLevelMeter } from './quality.js';
export { DEFAULT_SEGMENTER_OPTIONS, SpeechSegmenter } from './segmenter.js';
export { ToneOrMusicMeter } from './tone-or-music.js';
export { SpeechActivityModel, type SpeechActivityChunk, type SpeechActivityState } from './silero.js';
export { WindowMemory } from './window-memory.js';
