export { bootstrapWeights, drawSpeakers, percentileInterval, quantile, type Interval } from './bootstrap.js';
export { cllr, minimumCllr, poolAdjacentViolators } from './cllr.js';
export { detCurve, histogram, probit, reliability, type Histogram, type ReliabilityBin } from './curves.js';
export { errorRates, operatingPoints, supports, type OperatingPoint } from './error-rates.js';
export { countTrials, evenWeights, sortTrials, type SortedTrials, type Trials } from './trials.js';
