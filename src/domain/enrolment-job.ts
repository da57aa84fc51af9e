import type { IdentityProofing } from './people.js';

/** What a batch job does where the speaker has a voiceprint of the row's label, in use or waiting. */
export type ExistingVoiceprint = 'SKIP' | 'OVERWRITE';
export type EnrolmentJobState = 'RUNNING' | 'ENDED' | 'CANCELLED';
export type EnrolmentRowResult = 'ENROLLED' | 'SKIPPED' | 'FAILED';

/** How a batch job goes about its rows. */
export interface EnrolmentJobTerms {
  readonly existing: ExistingVoiceprint;
  /** Whether consent counts from when the person gave it, not from when that was entered. */
  readonly recordedBeforeEntry: boolean;
}

/** A batch job, and how far it has come. */
export interface EnrolmentJob extends EnrolmentJobTerms {
  readonly jobId: string;
  readonly state: EnrolmentJobState;
  readonly rows: number;
  readonly enrolled: number;
  readonly skipped: number;
  readonly failed: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** What a row of a manifest says. */
export interface ManifestEntry {
  /** Below the tenant's folder of recordings. */
  readonly file: string;
  readonly speakerId: string;
  readonly label: string;
  /** From 0; null where none is named, which only a file of one channel may. */
  readonly channel: number | null;
  /** Tells the consent entry: its event id, or its evidence's reference. */
  readonly consentReference: string;
  /** When the recording was begun; null only in a row with a problem. */
  readonly recordedAt: Date | null;
  readonly proofing: IdentityProofing | null;
}

/** Why a row came to nothing: a reason of docs/errors.md, and the column that is to blame; empty where none is. */
export interface RowProblem {
  readonly reason: string;
  readonly field: string;
}

/** A row of a manifest as it was read. */
export interface ManifestRow extends ManifestEntry {
  /** From 1. */
  readonly row: number;
  /** What is wrong with it by itself; null: it can be worked on. */
  readonly problem: RowProblem | null;
}

/** A row of a batch job with what came of it. */
export interface EnrolmentJobRow extends RowProblem {
  readonly row: number;
  /** Null once the speaker was erased. */
  readonly entry: ManifestEntry | null;
  readonly result: EnrolmentRowResult | null;
  readonly voiceprintId: string;
  readonly finishedAt: Date | null;
}
