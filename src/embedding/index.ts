export { createExtractor } from './create-extractor.js';
export type { SpeechExtractor, SpeechListener, SpeechStream } from './interface.js';
export { loadModels, type Precision } from './load-models.js';
