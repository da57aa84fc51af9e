import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatingCurves, UnusableCalibration } from '../domain/calibration.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import { VouchError } from '../errors.js';
import { Calibration, readCalibrationFile, type ReadCalibration } from './calibration.js';
import { spacesOf } from './calibration-file.js';
import { readCurves } from './operating-curves.js';

const CURVES = '.curve.json';

/** A file of a folder, as far as it could be read. */
interface Found {
  readonly file: string;
  readonly read: ReadCalibration | null;
}

/** All calibrations that lie in certain folders, each version of an id a file of its own; the names of the files mean nothing. */
export class CalibrationFolders {
  private constructor(
    private readonly found: readonly Found[],
    private readonly curves: readonly OperatingCurves[],
  ) {}

  /** Reads every `*.json` of the folders, `*.curve.json` as what was measured with one of them. Throws CALIBRATION_INVALID for a folder that cannot be read. */
  static async read(folders: readonly string[]): Promise<CalibrationFolders> {
    const found: Found[] = [];
    const curves: OperatingCurves[] = [];
    for (const folder of folders) {
      for (const file of await filesOf(folder)) {
        if (file.endsWith(CURVES)) {
          const read = await readCurves(join(folder, file)).catch(() => null);
          if (read) curves.push(read);
          else found.push({ file, read: null });
          continue;
        }
        found.push({ file, read: await readCalibrationFile(join(folder, file)).catch(() => null) });
      }
    }
    return new CalibrationFolders(found, curves);
  }

  /**
   * The embedding spaces that any of them has a use for, of those that there are; first those of the configured one.
   *
   * @throws CALIBRATION_INVALID where there is none of this id
   */
  spaces(configuredId: string, available: readonly string[]): readonly string[] {
    const read = this.found.flatMap((each) => each.read ?? []);
    const configured = read.filter(({ file }) => file.id === configuredId);
    if (configured.length === 0) throw notLoaded(configuredId);
    const wanted = [...configured, ...read].flatMap(({ file }) => file.maps.flatMap(spacesOf));
    return [...new Set(wanted)].filter((space) => available.includes(space));
  }

  /**
   * Those that belong to the models in use.
   *
   * @param configuredId which one counts where nothing else is said: its latest version
   * @throws CALIBRATION_INVALID where that one cannot be used
   */
  library(configuredId: string, spaces: readonly EmbeddingSpace[]): CalibrationLibrary {
    const usable: Calibration[] = [];
    const unusable: UnusableCalibration[] = [];
    for (const { file, read } of this.found) {
      if (read === null) {
        unusable.push({ file, reference: null, why: 'The file holds no calibration of a known format.' });
        continue;
      }
      try {
        const calibration = Calibration.of(read, spaces);
        const twin = usable.find((other) => sameVersion(other.reference, calibration.reference));
        if (twin === undefined) usable.push(calibration);
        else if (twin.reference.sha256 !== read.sha256)
          throw new VouchError('CALIBRATION_INVALID', { message: TWIN });
      } catch (error) {
        if (!(error instanceof VouchError)) throw error;
        unusable.push({ file, reference: referenceOf(read), why: error.message });
      }
    }
    return new CalibrationLibrary(usable, unusable, configuredId, this.curves);
  }
}

const TWIN = 'Another file has the same id and version.';

/** The calibrations that this process can use. */
export class CalibrationLibrary {
  /** The one that counts where nothing else is said. */
  readonly configured: Calibration;

  /** @throws CALIBRATION_INVALID where there is no usable one of the configured id */
  constructor(
    readonly usable: readonly Calibration[],
    readonly unusable: readonly UnusableCalibration[],
    configuredId: string,
    private readonly curves: readonly OperatingCurves[] = [],
  ) {
    const configured = this.latest(configuredId);
    if (configured === undefined) throw notLoaded(configuredId, this.#whyNot(configuredId));
    this.configured = configured;
  }

  /** The latest version of an id; undefined where there is none. */
  latest(id: string): Calibration | undefined {
    return this.usable
      .filter(({ reference }) => reference.id === id)
      .toSorted((a, b) => b.reference.version - a.reference.version)[0];
  }

  /** A version of an id; undefined where there is none. */
  version(id: string, version: number): Calibration | undefined {
    return this.usable.find(({ reference }) => sameVersion(reference, { id, version }));
  }

  /** Just the one that is meant, to the byte. Throws CALIBRATION_INVALID, saying why it cannot be used. */
  exactly({ id, version, sha256 }: ArtefactReference): Calibration {
    const found = this.version(id, version);
    if (found?.reference.sha256 === sha256) return found;
    throw notLoaded(
      `${id}@${version}`,
      found ? 'The file has changed since it was assigned.' : this.#whyNot(id, version),
    );
  }

  /** What was measured with just this calibration, to the byte; undefined where nothing was. */
  curvesOf({ reference }: Calibration): OperatingCurves | undefined {
    return this.curves.find(({ calibration }) => calibration.sha256 === reference.sha256);
  }

  #whyNot(id: string, version?: number): string | undefined {
    return this.unusable.find(
      ({ reference }) => reference?.id === id && (version ?? reference.version) === reference.version,
    )?.why;
  }
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  } catch (cause) {
    throw new VouchError('CALIBRATION_INVALID', {
      message: 'A folder of calibrations cannot be read.',
      cause,
    });
  }
}

function referenceOf({ file, sha256 }: ReadCalibration): ArtefactReference {
  return { id: file.id, version: file.version, sha256 };
}

function sameVersion(
  a: Pick<ArtefactReference, 'id' | 'version'>,
  b: Pick<ArtefactReference, 'id' | 'version'>,
) {
  return a.id === b.id && a.version === b.version;
}

function notLoaded(which: string, why = 'There is no such file.'): VouchError {
  return new VouchError('CALIBRATION_INVALID', {
    message: `The calibration ${which} cannot be used. ${why}`,
    metadata: { calibration: which },
  });
}
