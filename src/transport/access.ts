import { ROLES } from '../access/index.js';
import type { Caller, Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { ACCESS } from './access-table.js';

/** By name: `AdminService/PutPolicy`. */
const ALLOWED: ReadonlyMap<string, readonly Role[]> = new Map(
  ACCESS.flatMap(({ service, rows }) => {
    const methods: Readonly<Record<string, { readonly name: string }>> = service.methods;
    return Object.entries<readonly Role[]>(rows).map(
      ([method, roles]) => [`${service.name}/${methods[method]?.name}`, roles] as const,
    );
  }),
);

/** The roles that may call an RPC; none for one that is not in the table. */
export function rolesFor(rpc: string): readonly Role[] {
  return ALLOWED.get(rpc) ?? [];
}

/**
 * The caller in the role in which they may call an RPC: of several the first in the order of {@link ROLES}. Throws
 * ROLE_NOT_ALLOWED.
 */
export function actingFor(caller: Caller, rpc: string): Principal {
  const allowed = rolesFor(rpc);
  const role = ROLES.find((known) => caller.roles.includes(known) && allowed.includes(known));
  if (role === undefined) throw new VouchError('ROLE_NOT_ALLOWED', { metadata: { role: firstRole(caller) } });
  return { tenantId: caller.tenantId, role, actorId: caller.actorId };
}

/**
 * Checks that somebody may give roles to others: nobody gives a right that is not theirs. Throws ROLE_NOT_ALLOWED, also for a
 * role with nothing but one RPC more.
 */
export function checkMayGive({ roles }: Caller, given: readonly Role[]): void {
  for (const allowed of ALLOWED.values()) {
    const beyond = allowed.some((role) => roles.includes(role))
      ? undefined
      : given.find((role) => allowed.includes(role));
    if (beyond === undefined) continue;
    throw new VouchError('ROLE_NOT_ALLOWED', {
      field: 'roles',
      message: `Whoever gives the role ${beyond} must have it.`,
      metadata: { role: beyond },
    });
  }
}

/** The caller before it is known what they may do: in the first of their roles. */
export function asPrincipal(caller: Caller): Principal {
  return { tenantId: caller.tenantId, role: firstRole(caller), actorId: caller.actorId };
}

function firstRole({ roles }: Caller): Role {
  const role = ROLES.find((known) => roles.includes(known));
  if (role === undefined) throw new VouchError('UNAUTHENTICATED');
  return role;
}
