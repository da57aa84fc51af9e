import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Calibration, CalibrationFile } from '../../src/scoring/index.js';
import { MODELS_DIR } from './speech.js';

/** The shipped calibration for made-up vectors: a map of both spaces, then one of `campplus` alone. */
export function shippedCalibration(): Calibration {
  const file = readFileSync(join(MODELS_DIR, 'calibration/telephone-first.json'), 'utf8');
  return new Calibration(CalibrationFile.parse(JSON.parse(file)), '0'.repeat(64), ['campplus', 'ge2e']);
}

/** The folder of the shipped calibrations. */
export const SHIPPED = join(MODELS_DIR, 'calibration');

/** The shipped calibration as if an operator had fitted it, changed as wished. */
export async function ownCalibration(changes: Partial<CalibrationFile> = {}): Promise<CalibrationFile> {
  const shipped = await readFile(join(SHIPPED, 'telephone-first.json'), 'utf8');
  const file = CalibrationFile.parse(JSON.parse(shipped));
  return { ...file, id: 'ours', version: 1, shipped: false, ...changes };
}

/** Writes one into a folder, under a name of its own. */
export async function putCalibration(
  folder: string,
  changes: Partial<CalibrationFile> = {},
): Promise<string> {
  const file = await ownCalibration(changes);
  const path = join(folder, `${file.id}-${file.version}.json`);
  await writeFile(path, JSON.stringify(file));
  return path;
}
