export {
  Calibration,
  CALIBRATION_TERMS,
  CalibrationMap,
  calibrationTerms,
  confidenceOf,
  type Threshold,
  type Vectors,
} from './calibration.js';
export { CalibrationFile, type CalibrationMapFile } from './calibration-file.js';
export { compareBest, type Comparison } from './compare.js';
export { consistency, Pool, pool, type PooledSpeech } from './pooling.js';
export { cosine, normalise } from './vector.js';
