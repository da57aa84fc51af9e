export { createExtractor, type ExtractorOptions } from './create-extractor.js';
export type { SpeechExtractor, SpeechListener, SpeechStream, StreamOptions } from './interface.js';
export { loadModels, type Precision, type SpeechModels } from './load-models.js';
