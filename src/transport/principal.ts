import type { Principal, Role } from '../domain/principal.js';

/** Where the metadata of a request is read from, whatever carries it. */
export type ReadMetadata = (key: string) => string | undefined;

/** Finds out on whose authority a request comes. Throws UNAUTHENTICATED. */
export type Authenticate = (metadata: ReadMetadata) => Principal;

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
export function developmentPrincipal(tenantId: string): Authenticate {
  return (metadata) => {
    const role = metadata('vouch-role')?.toUpperCase().replaceAll('-', '_');
    return {
      tenantId: metadata('vouch-tenant') ?? tenantId,
      role: ROLES.find((known) => known === role) ?? 'ADMINISTRATOR',
      actorId: metadata('vouch-actor') ?? 'development',
    };
  };
}
