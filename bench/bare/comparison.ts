import type { Fingerprint } from '../../src/domain/speech.js';
import type { SpeechModels } from '../../src/embedding/index.js';
import { bestMatch, unpackFingerprint } from '../../src/replay/index.js';
import { fingerprintsOfCalls } from '../load/frequent-caller.js';
import { cpuOf } from '../statistics.js';

/** Each is done so often; the quickest counts, since what else runs on the machine makes the others slower. */
const ROUNDS = 8;

/** CPU of holding a window of speech against all that is kept of somebody who calls often, and of reading that, ms. */
export async function comparisonCost(models: SpeechModels, windows: readonly Fingerprint[]) {
  const packed = await fingerprintsOfCalls(models);
  const kept = packed.map(unpackFingerprint);
  const costs = { window: Infinity, reading: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const window = await cpuOf(() => {
      for (const each of windows) bestMatch(each, kept);
    });
    const reading = await cpuOf(() => packed.map(unpackFingerprint));
    costs.window = Math.min(costs.window, window / windows.length);
    costs.reading = Math.min(costs.reading, reading);
  }
  return { fingerprints: kept.length, msPerWindow: costs.window, msToRead: costs.reading };
}
