import { z } from 'zod';
import { appendEntry } from '../audit/index.js';
import { canonicalJson, requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { RetentionPolicy } from '../domain/retention.js';
import { VouchError } from '../errors.js';
import {
  findRetentionPolicy,
  insertRetentionPolicy,
  once,
  type Database,
  type Transaction,
} from '../storage/index.js';

const MOST_DAYS = 36_500;
const days = z.int().min(1).max(MOST_DAYS);

const schema: z.ZodType<RetentionPolicy> = z
  .strictObject({
    inactivityDays: days,
    absoluteDays: days,
    callScoresDays: days,
    callRowsDays: days,
    evidenceDays: days,
    backupDays: days,
    idempotencyDays: days,
  })
  .refine((policy) => policy.callRowsDays >= policy.callScoresDays, { path: ['callRowsDays'] });

/** What a tenant begins with, in days. */
export const DEFAULT_RETENTION: RetentionPolicy = {
  // Three years without an interaction: BIPA s. 15(a).
  inactivityDays: 1095,
  absoluteDays: 3650,
  callScoresDays: 90,
  callRowsDays: 400,
  // Claims over consent expire within ten years in every jurisdiction that we looked at; shorten it where they do sooner.
  evidenceDays: 3650,
  backupDays: 35,
  idempotencyDays: 30,
};

/** The tenants' retention policies. */
export class RetentionPolicies {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** The policy in force and its version; 0: the default, none was ever set. */
  async current(tenantId: string): Promise<{ version: number; policy: RetentionPolicy }> {
    return this.database.tenant(tenantId, retentionPolicy);
  }

  /** Adds a version, in force at once. Throws FIELD_INVALID, IDEMPOTENCY_KEY_REUSED. */
  async put(principal: Principal, policy: RetentionPolicy, idempotencyKey: string): Promise<number> {
    const parsed = schema.safeParse(policy);
    if (!parsed.success) {
      throw new VouchError('FIELD_INVALID', {
        field: `policy.${parsed.error.issues[0]?.path.join('.') ?? ''}`,
      });
    }
    const method = 'PutRetentionPolicy';
    const body = { ...parsed.data };
    const digest = await requestDigest(this.keyring, principal.tenantId, method, body);
    return this.database.tenant(principal.tenantId, (tx) =>
      once(tx, { method, key: idempotencyKey, digest }, async () => {
        const recordedAt = this.clock.now();
        const version = await insertRetentionPolicy(tx, canonicalJson(body), recordedAt);
        const type = 'RETENTION_POLICY_CHANGED';
        const entry = {
          kind: 'AUDIT',
          type,
          subjectRef: null,
          recordedAt,
          body: { version, ...body },
        } as const;
        await appendEntry(tx, principal, entry);
        return version;
      }),
    );
  }
}

/** As RetentionPolicies.current, within a transaction. */
export async function retentionPolicy(
  tx: Transaction,
): Promise<{ version: number; policy: RetentionPolicy }> {
  const row = await findRetentionPolicy(tx);
  if (row === null) return { version: 0, policy: DEFAULT_RETENTION };
  // A limit that came later counts with its default.
  const parsed = schema.safeParse({ ...DEFAULT_RETENTION, ...Object(row.body) });
  if (!parsed.success)
    throw new VouchError('INTERNAL', { message: 'A stored retention policy has an unknown form.' });
  return { version: row.version, policy: parsed.data };
}
