export { Calibration, confidenceOf } from './calibration.js';
export { compareBest, type Comparison } from './compare.js';
export { consistency, Pool, pool, type PooledSpeech } from './pooling.js';
export { cosine, normalise } from './vector.js';
