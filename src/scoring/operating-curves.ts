import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { OperatingCurves } from '../domain/calibration.js';

const Share = z.number().min(0).max(1);
const Rate = z.strictObject({ rate: Share, low: Share, high: Share });

/** The format of models/calibration/<id>.curve.json, made by `vouch evaluate --curve`. */
const CurveFile = z.strictObject({
  formatVersion: z.literal(1),
  /** The calibration that judged the trials, by the hash of its file. */
  calibration: z.strictObject({
    id: z.string().min(1).max(64),
    version: z.int().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  measuredOn: z.string().max(1000),
  caveat: z.string().max(1000),
  curves: z
    .array(
      z.strictObject({
        corpus: z.string().max(256),
        condition: z.string().max(256),
        netSpeechMs: z.int().min(1),
        genuineTrials: z.int().min(1),
        impostorTrials: z.int().min(1),
        speakers: z.int().min(1),
        points: z
          .array(z.strictObject({ llr: z.number(), falseMatch: Rate, falseNonMatch: Rate }))
          .min(2)
          .max(500),
      }),
    )
    .max(100),
});

/** Reads curves. Throws what zod or the file system does. */
export async function readCurves(path: string): Promise<OperatingCurves> {
  return CurveFile.parse(JSON.parse(await readFile(path, 'utf8')));
}
