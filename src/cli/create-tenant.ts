import { DEFAULT_POLICY, type Tenants } from '../tenant/index.js';

/**
 * Creates a tenant.
 *
 * @param waitingPeriodMs how long a new voiceprint waits before its first use; undefined: the default policy's
 * @throws TENANT_EXISTS
 */
export async function createTenant(
  tenants: Tenants,
  tenantId: string,
  waitingPeriodMs = DEFAULT_POLICY.enrolment.waitingPeriodMs,
): Promise<void> {
  await tenants.create(
    { tenantId, role: 'ADMINISTRATOR', actorId: 'vouch command' },
    { ...DEFAULT_POLICY, enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs } },
  );
}
