export { createExtractor } from './create-extractor.js';
export type { SpeechExtractor, SpeechListener, SpeechStream, Urgency } from './interface.js';
export { CallPipeline } from './call-pipeline.js';
export type { Embedding } from './extractor.js';
export type { StageTimes } from './stage-times.js';
export { COUNTERMEASURE, readModelsManifest } from './model-manifest.js';
export { loadModels, type Precision, type SpeechModels } from './load-models.js';
