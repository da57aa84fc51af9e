import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../domain/clock.js';
import type { Caller, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { KeySet, type KeySetSource } from './key-set.js';
import { roleNamed } from './roles.js';
import { isId } from './text.js';

/** Which tokens count, and what in them says who comes. */
export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySetSource;
  /** The tenant of all tokens; empty: what the claim says. */
  readonly tenantId: string;
  /** Names of claims, or ways to them (`realm_access.roles`). */
  readonly claims: { readonly tenant: string; readonly roles: string; readonly actor: string };
}

/** Signatures that only the holder of a private key makes: `none` and the HMACs are not among them (RFC 8725, 3.1). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Clocks may differ by this much, s. */
const TOLERANCE_S = 30;
/** More than any token needs. */
const MOST_LENGTH = 8192;

/** Finds out who comes with a JSON Web Token (RFC 7519, 8725). */
export class Tokens {
  readonly #keys: KeySet;

  constructor(
    private readonly settings: TokenSettings,
    private readonly tenantExists: (tenantId: string) => Promise<boolean>,
    private readonly clock: Clock,
  ) {
    this.#keys = new KeySet(settings.keys, clock);
  }

  /** Fetches the issuer's keys, as far as it is there. */
  async open(): Promise<void> {
    await this.#keys.open();
  }

  /**
   * Throws UNAUTHENTICATED for a token that does not count; CREDENTIALS_ENDED for one that did; IDENTITY_PROVIDER_UNAVAILABLE
   * where only its issuer could tell.
   */
  async caller(token: string): Promise<Caller> {
    if (token.length > MOST_LENGTH) throw new VouchError('UNAUTHENTICATED');
    const payload = await this.#verified(token);
    const { claims } = this.settings;
    const tenantId = this.settings.tenantId === '' ? claimAt(payload, claims.tenant) : this.settings.tenantId;
    const actorId = claimAt(payload, claims.actor);
    if (!isId(tenantId)) throw lacks(claims.tenant);
    if (!isId(actorId)) throw lacks(claims.actor);
    const roles = rolesIn(claimAt(payload, claims.roles));
    if (roles.length === 0) throw lacks(claims.roles);
    if (!(await this.tenantExists(tenantId))) throw lacks(claims.tenant);
    return { tenantId, roles, actorId, authentication: 'TOKEN' };
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.settings;
    try {
      const { payload } = await jwtVerify(token, this.#keys.key, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_S,
        requiredClaims: ['exp'],
        currentDate: this.clock.now(),
      });
      return payload;
    } catch (error) {
      if (error instanceof VouchError) throw error;
      if (error instanceof errors.JWTExpired) throw new VouchError('CREDENTIALS_ENDED');
      // Whatever it is, the token is not one that counts; what is wrong with it is for its issuer to find out.
      throw new VouchError('UNAUTHENTICATED');
    }
  }
}

/** Says which claim is to blame: that is the configuration's, or the issuer's, to mend. */
function lacks(claim: string): VouchError {
  return new VouchError('UNAUTHENTICATED', { metadata: { claim } });
}

/** A claim by its name, or by the way to it. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** Issuers write a list or words with spaces; what is no role of ours is somebody else's. */
function rolesIn(claim: unknown): readonly Role[] {
  const names: readonly unknown[] =
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  const roles = names.flatMap((name) => (typeof name === 'string' ? (roleNamed(name) ?? []) : []));
  return [...new Set(roles)];
}
