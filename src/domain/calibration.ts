import type { SourceProfile } from './call.js';
import type { ArtefactReference, CalibrationFit, MeasuredRate } from './decision.js';
import type { Role } from './principal.js';

/** The kinds of source that calls were of which a calibration was fitted to; UNKNOWN: those that did not say. */
export type FittedSource = SourceProfile | 'UNKNOWN';

/** What may be told of a calibration that is loaded. */
export interface CalibrationInformation {
  readonly reference: ArtefactReference;
  /** Whether it came with the software. */
  readonly shipped: boolean;
  /** Whether it counts where nothing is assigned. */
  readonly configured: boolean;
  /** What anybody who relies on it must know first. */
  readonly warning: string;
  /** Null where the file does not say. */
  readonly sources: readonly FittedSource[] | null;
  /** In the order of preference. */
  readonly maps: readonly CalibrationMapInformation[];
}

export interface CalibrationMapInformation {
  /** The embedding spaces that it compares in. */
  readonly spaces: readonly string[];
  /** The bounds that its trials support, natural logarithm. */
  readonly llr: { readonly min: number; readonly max: number };
  readonly thresholds: readonly {
    readonly targetFalseMatchRate: number;
    /** For one comparison; the logarithm of the comparisons is added. */
    readonly baseLlr: number;
    readonly measured: readonly (MeasuredRate & { readonly comparisons: number })[];
  }[];
}

/** A calibration that cannot be used, and why. */
export interface UnusableCalibration {
  /** Its file's name. */
  readonly file: string;
  /** Null where the file could not be read that far. */
  readonly reference: ArtefactReference | null;
  readonly why: string;
}

/** The calibration that counts for one kind of call. */
export interface CalibrationInForce {
  /** Null: calls that do not say. */
  readonly source: SourceProfile | null;
  readonly reference: ArtefactReference;
  readonly fit: CalibrationFit;
}

/** For which calls a calibration is assigned; ANY: those for whose own source nothing is. */
export type AssignedSource = SourceProfile | 'ANY';

/** A calibration as it was assigned, with who did it, when and why. */
export interface CalibrationAssignment {
  readonly source: AssignedSource;
  /** Counts the assignments of this source, from 1. */
  readonly version: number;
  /** Null: taken back, so that the wider assignment counts again, or else the configured calibration. */
  readonly calibration: ArtefactReference | null;
  readonly reason: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly createdByRole: Role;
}

/** A rate as a curve shows it, with its 95 % interval (bootstrap over speakers), 0 to 1. */
export interface CurveRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** What single looks against one voiceprint come to, for one length of net speech. */
export interface OperatingCurve {
  readonly corpus: string;
  /** What was done to the recordings. */
  readonly condition: string;
  readonly netSpeechMs: number;
  readonly genuineTrials: number;
  readonly impostorTrials: number;
  readonly speakers: number;
  /** By rising threshold: the share of impostors at or above it, and of the genuine below it. */
  readonly points: readonly {
    /** Natural logarithm. */
    readonly llr: number;
    readonly falseMatch: CurveRate;
    readonly falseNonMatch: CurveRate;
  }[];
}

/** What thresholds of a calibration mean, as it was measured with it. */
export interface OperatingCurves {
  readonly calibration: ArtefactReference;
  readonly measuredOn: string;
  /** What anybody who relies on it must know first. */
  readonly caveat: string;
  readonly curves: readonly OperatingCurve[];
}
