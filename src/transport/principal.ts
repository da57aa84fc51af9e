import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { validId } from './validate.js';

/** Where the metadata of a request is read from, whatever carries it. */
export type ReadMetadata = (key: string) => string | undefined;

/** Finds out on whose authority a request comes. Rejects with UNAUTHENTICATED, ID_INVALID, TENANT_NOT_FOUND. */
export type Authenticate = (metadata: ReadMetadata) => Promise<Principal>;

/** Whether there is such a tenant. */
export type TenantExists = (tenantId: string) => Promise<boolean>;

const ROLES: readonly Role[] = [
  'TELEPHONY',
  'AGENT',
  'SUPERVISOR',
  'PRIVACY_OFFICER',
  'ADMINISTRATOR',
  'AUDITOR',
];

/**
 * The development principal: anybody who reaches the loopback is an administrator of the development tenant, or whoever
 * the metadata `vouch-tenant`, `vouch-role`, `vouch-actor` says. The service listens on the loopback only while this is
 * in use.
 */
export function developmentPrincipal(developmentTenant: string, exists: TenantExists): Authenticate {
  return async (metadata) => {
    const tenantId = validId(metadata('vouch-tenant') ?? developmentTenant, 'vouch-tenant');
    const actorId = validId(metadata('vouch-actor') ?? 'development', 'vouch-actor');
    const role = readRole(metadata('vouch-role'));
    if (!(await exists(tenantId))) throw new VouchError('TENANT_NOT_FOUND', { field: 'vouch-tenant' });
    return { tenantId, role, actorId };
  };
}

/** A role that is misspelt must not become the one that may do everything. */
function readRole(given = 'ADMINISTRATOR'): Role {
  const name = given.toUpperCase().replaceAll('-', '_');
  const role = ROLES.find((known) => known === name);
  if (role === undefined) {
    throw new VouchError('UNAUTHENTICATED', { field: 'vouch-role', message: 'There is no such role.' });
  }
  return role;
}
