import { roleNamed, type ClientCertificate } from '../access/index.js';
import type { Caller, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { validId } from './validate.js';

/** Where the metadata of a request is read from, whatever carries it. */
export type ReadMetadata = (key: string) => string | undefined;

/** By what a request says who sends it. */
export interface Credentials {
  readonly metadata: ReadMetadata;
  /** Verified; absent without one. */
  readonly certificate?: ClientCertificate | undefined;
  /** The address of whoever is at the other end of the connection, without a port; absent: unknown. */
  readonly peer?: string | undefined;
}

/**
 * Finds out who sends a request. Rejects with UNAUTHENTICATED, CREDENTIALS_ENDED, IDENTITY_PROVIDER_UNAVAILABLE,
 * DATABASE_UNAVAILABLE; the development principal also with ID_INVALID, TENANT_NOT_FOUND.
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller>;

/** Whether there is such a tenant. */
export type TenantExists = (tenantId: string) => Promise<boolean>;

/**
 * The development principal: anybody who reaches the loopback is an administrator of the development tenant, or whoever
 * the metadata `vouch-tenant`, `vouch-role` (one or several, with commas), `vouch-actor` says. The service listens on the loopback only while this is
 * in use.
 */
export function developmentPrincipal(developmentTenant: string, exists: TenantExists): Authenticate {
  return async ({ metadata }) => {
    const tenantId = validId(metadata('vouch-tenant') ?? developmentTenant, 'vouch-tenant');
    const actorId = validId(metadata('vouch-actor') ?? 'development', 'vouch-actor');
    const roles = readRoles(metadata('vouch-role'));
    if (!(await exists(tenantId))) throw new VouchError('TENANT_NOT_FOUND', { field: 'vouch-tenant' });
    return { tenantId, roles, actorId, authentication: 'DEVELOPMENT' };
  };
}

/** A role that is misspelt must not become the one that may do everything. */
function readRoles(given = 'ADMINISTRATOR'): readonly Role[] {
  return given.split(',').map((text) => {
    const role = roleNamed(text.trim());
    if (role !== undefined) return role;
    throw new VouchError('UNAUTHENTICATED', { field: 'vouch-role', message: 'There is no such role.' });
  });
}
