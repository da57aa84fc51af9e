export { Calibration, CalibrationMap, confidenceOf, type Threshold, type Vectors } from './calibration.js';
export {
  CALIBRATION_MEASURES,
  CALIBRATION_TERMS,
  calibrationTerms,
  leastSlope,
  weightedSum,
  type CalibrationInput,
  type CalibrationLimits,
  type CalibrationMeasure,
  type CalibrationTerm,
} from './calibration-terms.js';
export { CalibrationFile, type CalibrationMapFile } from './calibration-file.js';
export { CalibrationFolders, type CalibrationLibrary } from './calibration-library.js';
export { compareBest, soundAlike, type Comparison } from './compare.js';
export { consistency } from './consistency.js';
export { mergeVectors, Pool, pool, type PooledSpeech } from './pooling.js';
export { cosine, normalise } from './vector.js';
