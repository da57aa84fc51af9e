import type { VouchService } from '../service.js';
import { DEFAULT_POLICY } from '../tenant/index.js';

/**
 * Creates a tenant on the service's database.
 *
 * @param waitingPeriodMs how long a new voiceprint waits before its first use; undefined: the default policy's
 * @throws TENANT_EXISTS
 */
export async function createTenant(
  service: VouchService,
  tenantId: string,
  waitingPeriodMs = DEFAULT_POLICY.enrolment.waitingPeriodMs,
): Promise<void> {
  await service.tenants.create(
    { tenantId, role: 'ADMINISTRATOR', actorId: 'vouch command' },
    { ...DEFAULT_POLICY, enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs } },
  );
}
