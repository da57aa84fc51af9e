import type { ErasureReceipt } from './rights.js';

/** How long a tenant keeps what, in whole days. Of several limits that concern the same data the shortest wins. */
export interface RetentionPolicy {
  /** Speakers who were not enrolled, asked for consent or accepted in a call for so long are erased. */
  readonly inactivityDays: number;
  /** Speakers whose consent and voiceprints are all older are erased, however often they call. */
  readonly absoluteDays: number;
  /** After consent ended since a notice needs it anew, voiceprints wait so long for the new consent. */
  readonly lapsedConsentDays: number;
  /** After the end of a call its events lose their scores. */
  readonly callScoresDays: number;
  /** After the end of a call its rows are deleted. */
  readonly callRowsDays: number;
  /** After the end of a batch job its manifest and its results are deleted. */
  readonly enrolmentJobDays: number;
  /** After an accepted call the fingerprint is deleted by which its replay would be noticed. */
  readonly callFingerprintDays: number;
  /** How long what the law wants kept of an erased person is kept. */
  readonly evidenceDays: number;
  /** How long the operator keeps backups of the database: what was destroyed may be in them until then. */
  readonly backupDays: number;
  /** How long repeats of a request are recognised by their idempotency keys. */
  readonly idempotencyDays: number;
}

/** What retention takes away. */
export type RetentionKind =
  'SPEAKER' | 'VOICEPRINTS' | 'CALL_SCORES' | 'CALL' | 'ENROLMENT_JOB' | 'EVIDENCE' | 'IDEMPOTENCY_KEYS';

/** Which limit was reached. */
export type RetentionRule = 'INACTIVITY' | 'ABSOLUTE' | 'NOTICE' | 'CONSENT_LAPSED' | 'AGE';

/** Something whose term is over. */
export interface RetentionItem {
  readonly kind: RetentionKind;
  /** The speaker, the call or the record; empty where there are only counts. */
  readonly id: string;
  readonly rule: RetentionRule;
  /** When its term was over. */
  readonly dueAt: Date;
  /** A legal hold or a restriction keeps it. */
  readonly held: boolean;
  /** How many rows of its kind. */
  readonly count: number;
  /** For a speaker who was erased. */
  readonly receipt: ErasureReceipt | null;
}
