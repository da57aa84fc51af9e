import { z } from 'zod';
import type { RetentionPolicy } from '../domain/retention.js';
import { VouchError } from '../errors.js';
import { findRetentionPolicy, type Transaction } from '../storage/index.js';

const MOST_DAYS = 36_500;
const days = z.int().min(1).max(MOST_DAYS);

/** The form and the ranges of a retention policy. */
export const retentionPolicySchema: z.ZodType<RetentionPolicy> = z
  .strictObject({
    inactivityDays: days,
    absoluteDays: days,
    lapsedConsentDays: days,
    callScoresDays: days,
    callRowsDays: days,
    enrolmentJobDays: days,
    callFingerprintDays: days,
    evidenceDays: days,
    backupDays: days,
    idempotencyDays: days,
  })
  .refine((policy) => policy.callRowsDays >= policy.callScoresDays, { path: ['callRowsDays'] });

/** What a tenant begins with, in days. */
const DEFAULT_RETENTION: RetentionPolicy = {
  // Three years without an interaction: BIPA s. 15(a).
  inactivityDays: 1095,
  absoluteDays: 3650,
  lapsedConsentDays: 30,
  callScoresDays: 90,
  callRowsDays: 400,
  // For whoever fetches the report; what it tells of voiceprints is with them, too.
  enrolmentJobDays: 90,
  // Whoever recorded a call has so long to play it.
  callFingerprintDays: 90,
  // As long as somebody may claim that they never consented; what the law of a place allows is for counsel to say.
  evidenceDays: 3650,
  backupDays: 35,
  idempotencyDays: 30,
};

/** The policy in force and its version; 0: the default, none was ever set. */
export async function retentionPolicy(
  tx: Transaction,
): Promise<{ version: number; policy: RetentionPolicy }> {
  const row = await findRetentionPolicy(tx);
  if (row === null) return { version: 0, policy: DEFAULT_RETENTION };
  // A limit that came later counts with its default.
  const parsed = retentionPolicySchema.safeParse({ ...DEFAULT_RETENTION, ...Object(row.body) });
  if (!parsed.success)
    throw new VouchError('INTERNAL', { message: 'A stored retention policy has an unknown form.' });
  return { version: row.version, policy: parsed.data };
}
