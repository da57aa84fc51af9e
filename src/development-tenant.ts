import type { Config } from './config.js';
import type { Policy } from './domain/policy.js';
import type { Principal } from './domain/principal.js';
import { DEFAULT_POLICY, type Tenants } from './tenant/index.js';

/**
 * A tenant for first steps, only in a database of our own. Its voiceprints may be used at once, so that a newcomer need
 * not wait for a day.
 */
export async function ensureDevelopmentTenant(config: Config, tenants: Tenants): Promise<void> {
  if (config.databaseUrl !== '') return;
  const principal: Principal = {
    tenantId: config.developmentTenant,
    role: 'ADMINISTRATOR',
    actorId: 'development',
  };
  const policy: Policy = {
    ...DEFAULT_POLICY,
    // First steps stream the same recording again and again: that is told, and stands against nothing.
    replayedCalls: 'ADVISORY',
    enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 },
  };
  await tenants.ensure(principal, policy);
}
