import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Calibration, CalibrationFile } from '../../src/scoring/index.js';
import { MODELS_DIR } from './speech.js';

/** The shipped calibration for made-up vectors: a map of both spaces, then one of `campplus` alone. */
export function shippedCalibration(): Calibration {
  const file = readFileSync(join(MODELS_DIR, 'calibration/telephone-first.json'), 'utf8');
  return new Calibration(CalibrationFile.parse(JSON.parse(file)), '0'.repeat(64), ['campplus', 'ge2e']);
}
