import { appendEntry } from '../audit/index.js';
import { canonicalJson, requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { RetentionPolicy } from '../domain/retention.js';
import { VouchError } from '../errors.js';
import { insertRetentionPolicy, once, type Database } from '../storage/index.js';
import { retentionPolicy, retentionPolicySchema } from './retention-policy.js';

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
    const parsed = retentionPolicySchema.safeParse(policy);
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
