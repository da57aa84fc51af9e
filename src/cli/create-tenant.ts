import type { Policy } from '../domain/policy.js';
import { DEFAULT_POLICY, type Tenants } from '../tenant/index.js';

/**
 * Creates a tenant.
 *
 * @param waitingPeriodMs how long a new voiceprint waits before its first use; undefined: the default policy's
 * @param changes what else of its policy is not the default
 * @throws TENANT_EXISTS
 */
export async function createTenant(
  tenants: Tenants,
  tenantId: string,
  waitingPeriodMs = DEFAULT_POLICY.enrolment.waitingPeriodMs,
  changes: Partial<Policy> = {},
): Promise<void> {
  await tenants.create(
    { tenantId, role: 'ADMINISTRATOR', actorId: 'vouch command' },
    { ...DEFAULT_POLICY, enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs }, ...changes },
  );
}
