import { randomBytes } from 'node:crypto';
import { ROLES } from '../../src/access/roles.js';
import type { Role } from '../../src/domain/principal.js';
import type { IdentityProvider } from './identity-provider.js';
import type { Secrets } from './secrets.js';

/** How those who use a service say who they are: by tokens of an issuer, one for each role, all of them looked for. */
export class RunCredentials {
  readonly #headers = new Map<Role, string>();

  private constructor(
    private readonly secrets: Secrets,
    /** Of a tenant that there is not. */
    readonly ofNobody: string,
  ) {}

  static async make(
    provider: IdentityProvider,
    tenantId: string,
    actorId: string,
    secrets: Secrets,
  ): Promise<RunCredentials> {
    const tenant = `tenant-${randomBytes(8).toString('hex')}`;
    secrets.add('tenant', tenant);
    const stranger = await provider.token({ sub: actorId, tenant, roles: ['administrator'] });
    const made = new RunCredentials(secrets, `Bearer ${stranger}`);
    made.lookFor('token', stranger);
    for (const role of ROLES) {
      const roles = [role.toLowerCase().replace('_', '-')];
      const token = await provider.token({ sub: actorId, tenant: tenantId, roles });
      made.lookFor('token', token);
      made.#headers.set(role, `Bearer ${token}`);
    }
    return made;
  }

  /** What a role sends as `authorization`. */
  of(role: Role): string {
    const header = this.#headers.get(role);
    if (header === undefined) throw new Error(`There is no token of ${role}.`);
    return header;
  }

  /** Has a token or a key looked for: as a whole, and what stands at its end, which is what nobody can make up. */
  lookFor(what: string, secret: string): void {
    this.secrets.add(what, secret);
    this.secrets.add(`end of ${what}`, secret.slice(-24));
    for (const part of secret.split('.').slice(1)) this.secrets.add(`part of ${what}`, part);
  }
}
