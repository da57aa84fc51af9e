import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CalibrationMapInformation, FittedSource } from '../domain/calibration.js';
import type { ArtefactReference, MeasuredRate } from '../domain/decision.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import { CalibrationFile, spacesOf, type CalibrationMapFile } from './calibration-file.js';
import { clamp, leastEvidence, type CalibrationInput } from './calibration-terms.js';
import { cosine } from './vector.js';

export interface CalibratedLlr {
  /** Natural logarithm of the likelihood ratio, same speaker against different speaker. */
  readonly llr: number;
  /** Before it was cut to the bounds: orders comparisons, and says nothing else. */
  readonly unbounded: number;
  /** Whether it was cut to the bounds. */
  readonly clipped: boolean;
}

export interface Threshold {
  /** Natural logarithm; infinite where the trials support no such rate. */
  readonly llr: number;
  /** Null where no calls of so many comparisons were measured. */
  readonly measured: MeasuredRate | null;
}

/** One vector an embedding space. */
export type Vectors = Readonly<Record<string, Float32Array>>;

/**
 * The map from scores, net speech and quality to a log-likelihood ratio, for certain embedding spaces. Linear logistic
 * regression as in Brümmer and du Preez, "Application-independent evaluation of speaker detection" (2006).
 */
export class CalibrationMap {
  constructor(private readonly file: CalibrationMapFile) {}

  /** The spaces that it needs, the one that speaker changes are looked for in first. */
  get spaces(): readonly string[] {
    return spacesOf(this.file);
  }

  /** What may be told of it. */
  get information(): CalibrationMapInformation {
    const { llr, thresholds } = this.file;
    return { spaces: this.spaces, llr, thresholds };
  }

  /** The cosines in its spaces; undefined where one of the two has no vector in one of them. */
  scores(test: Vectors, enrolled: Vectors): Pick<CalibrationInput, 'score' | 'secondScore'> | undefined {
    const [score, secondScore] = this.spaces.map((space) => {
      const [a, b] = [test[space], enrolled[space]];
      return a && b ? cosine(a, b) : undefined;
    });
    if (score === undefined) return undefined;
    if (this.file.secondSpace === null) return { score, secondScore: null };
    return secondScore === undefined ? undefined : { score, secondScore };
  }

  llr(input: CalibrationInput): CalibratedLlr {
    const unbounded = leastEvidence(this.file, input);
    const llr = clamp(unbounded, this.file.llr);
    return { llr, unbounded, clipped: llr !== unbounded };
  }

  /**
   * The LLR to reach so that at most `targetFalseMatchRate` of impostor calls are accepted, over all looks of a call. Each
   * comparison (voiceprints of all claims together) is another chance: a true likelihood ratio reaches exp(t) for at most the
   * share exp(-t) of impostors, so the logarithm of the comparisons is added. Thresholds were measured on whole calls. Between measured rates the
   * stricter one's threshold is taken. Where the trials support no rate that low the threshold is infinite: better no
   * acceptance than one whose error rate nobody knows.
   */
  acceptThreshold(targetFalseMatchRate: number, comparisons: number): Threshold {
    const found = this.file.thresholds
      .toSorted((a, b) => b.targetFalseMatchRate - a.targetFalseMatchRate)
      .find((entry) => entry.targetFalseMatchRate <= targetFalseMatchRate * (1 + 1e-9));
    if (!found) return { llr: Infinity, measured: null };
    const { baseLlr, measured } = found;
    return {
      llr: baseLlr + Math.log(Math.max(1, comparisons)),
      measured: rateOf(measured.find((each) => each.comparisons >= comparisons)),
    };
  }
}

/** A calibration as it is used: read from a file that says what it was fitted on, and belongs to the models in use. */
export class Calibration {
  readonly reference: ArtefactReference;
  readonly shipped: boolean;
  /** What anybody who relies on it must know first. */
  readonly warning: string;
  /** The kinds of source that it was fitted to; null where nothing is known of that. */
  readonly sources: readonly FittedSource[] | null;
  /** In the order of preference. */
  readonly maps: readonly CalibrationMap[];

  /** @param spaces that are in use; maps that need others are left out */
  constructor(file: CalibrationFile, sha256: string, spaces: readonly string[]) {
    this.reference = { id: file.id, version: file.version, sha256 };
    this.shipped = file.shipped;
    this.warning = file.warning;
    this.sources = file.sources ?? null;
    this.maps = file.maps
      .filter((map) => spacesOf(map).every((space) => spaces.includes(space)))
      .map((map) => new CalibrationMap(map));
  }

  /** Reads a calibration. Throws CALIBRATION_INVALID when it is none or belongs to another model. */
  static async load(path: string, spaces: readonly EmbeddingSpace[]): Promise<Calibration> {
    return Calibration.of(await readCalibrationFile(path), spaces);
  }

  /** A calibration that was read. Throws CALIBRATION_INVALID when it belongs to another model. */
  static of({ file, sha256 }: ReadCalibration, spaces: readonly EmbeddingSpace[]): Calibration {
    for (const { id, modelSha256 } of spaces) {
      const fitted = file.models[id];
      if (fitted && !fitted.includes(modelSha256)) throw otherModel();
    }
    const calibration = new Calibration(
      file,
      sha256,
      spaces.map((space) => space.id),
    );
    // Of the first space are the lengths of the embeddings, and the voices that a change of speaker is heard by.
    if (calibration.primarySpace !== spaces[0]?.id) throw otherModel();
    return calibration;
  }

  /** The space that one voice is told from another in. */
  get primarySpace(): string {
    return this.maps[0]?.spaces[0] ?? '';
  }

  /** All that its maps can use. */
  get spaces(): readonly string[] {
    return [...new Set(this.maps.flatMap((map) => map.spaces))];
  }

  /**
   * What speech is embedded in once a call is decided: the primary space, where a map does with it alone, so that an
   * evaluation of that speech can still compare; else all.
   */
  get watchedSpaces(): readonly string[] {
    const alone = this.maps.some((map) => map.spaces.every((space) => space === this.primarySpace));
    return alone ? [this.primarySpace] : this.spaces;
  }
}

function rateOf(measured: CalibrationMapFile['thresholds'][number]['measured'][number] | undefined) {
  if (!measured) return null;
  const { rate, low, high, impostorTrials, speakers } = measured;
  return { rate, low, high, impostorTrials, speakers };
}

/** A file as it was read, with the hash of its bytes, hex. */
export interface ReadCalibration {
  readonly file: CalibrationFile;
  readonly sha256: string;
}

/** Reads a calibration, of whichever model. Throws CALIBRATION_INVALID when it is none. */
export async function readCalibrationFile(path: string): Promise<ReadCalibration> {
  try {
    const bytes = await readFile(path);
    const file = CalibrationFile.parse(JSON.parse(bytes.toString('utf8')));
    return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    throw new VouchError('CALIBRATION_INVALID', { message: 'The calibration cannot be read.', cause });
  }
}

function otherModel(): VouchError {
  return new VouchError('CALIBRATION_INVALID', { message: 'The calibration was made for another model.' });
}

/** 0 to 100: the posterior for even prior odds; 50 says that the audio speaks neither way. */
export function confidenceOf(llr: number): number {
  return 100 / (1 + Math.exp(-llr));
}
