import { z } from 'zod';
import type { TlsPaths, TokenSettings } from './access/index.js';
import { isSafeUrl } from './addresses.js';
import { VouchError } from './errors.js';
import type { TrustedProxy } from './transport/index.js';

/** The options that say who may call. */
export const ACCESS_OPTIONS = {
  /** Whether callers may authenticate by API keys (`vouch api-key`). */
  VOUCH_API_KEYS: z.enum(['off', 'on']).default('off'),
  /** Whose tokens count (`iss`); empty: nobody's. */
  VOUCH_JWT_ISSUER: z.string().default(''),
  /** Tokens must be meant for this (`aud`). */
  VOUCH_JWT_AUDIENCE: z.string().default(''),
  /** Where the issuer's public keys are, as a JWK set: https, or http on the loopback. */
  VOUCH_JWT_JWKS_URL: z.string().default(''),
  /** A file with them instead, read again when it changes. */
  VOUCH_JWT_JWKS_FILE: z.string().default(''),
  /** The tenant of all tokens; empty: what the claim says. */
  VOUCH_JWT_TENANT: z.string().default(''),
  /** The claim that names the tenant. Claims are names, or ways to them, like `realm_access.roles`. */
  VOUCH_JWT_TENANT_CLAIM: z.string().default('tenant'),
  /** The claim with the roles: a list, or words with spaces. */
  VOUCH_JWT_ROLES_CLAIM: z.string().default('roles'),
  /** The claim that names the person or program. */
  VOUCH_JWT_ACTOR_CLAIM: z.string().default('sub'),
  /** The service's certificate with its chain, PEM; read again when it changes, as all three. */
  VOUCH_TLS_CERT_FILE: z.string().default(''),
  /** Its private key, PEM. */
  VOUCH_TLS_KEY_FILE: z.string().default(''),
  /** The authority of client certificates, PEM; empty: none are asked for. */
  VOUCH_TLS_CLIENT_CA_FILE: z.string().default(''),
  /** Whom client certificates name, JSON; read again when it changes. */
  VOUCH_CLIENTS_FILE: z.string().default(''),
  /**
   * Whom `x-forwarded-client-cert` is believed: `loopback`, or whoever has a client certificate with this URI or DNS name;
   * empty: nobody.
   */
  VOUCH_FORWARDED_CERTIFICATES: z.string().max(1000).default(''),
  /** Credentials that do not count, of one address in a minute, until the answer is to come later. */
  VOUCH_BAD_CREDENTIALS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(100),
  /** `behind-proxy`: listen beyond the loopback without TLS, where a proxy has it. */
  VOUCH_PLAINTEXT: z.enum(['no', 'behind-proxy']).default('no'),
  /** How often it is checked whether whoever has a stream may still have it, ms. */
  VOUCH_RECHECK_MS: z.coerce.number().int().min(1000).max(60_000).default(30_000),
};

type AccessOptions = z.output<z.ZodObject<typeof ACCESS_OPTIONS>>;

/** Who may call, as configured. */
export interface AccessConfig {
  readonly apiKeys: boolean;
  readonly tokens: TokenSettings | null;
  readonly tls: TlsPaths | null;
  /** Empty: client certificates name nobody. */
  readonly clientsFile: string;
  /** Who tells of the certificates of others; null: nobody. */
  readonly proxy: TrustedProxy | null;
  readonly badCredentialsPerMinute: number;
  readonly plaintextBehindProxy: boolean;
  readonly recheckMs: number;
}

/** Whether callers say who they are in any way; else everybody who reaches the loopback may do everything. */
export function authenticates({ apiKeys, tokens, clientsFile }: AccessConfig): boolean {
  return apiKeys || tokens !== null || clientsFile !== '';
}

/** Throws CONFIGURATION_INVALID. */
export function readAccess(options: AccessOptions): AccessConfig {
  const tls = readTls(options);
  const clientsFile = options.VOUCH_CLIENTS_FILE;
  const proxy = readProxy(options);
  const seesCertificates = tls !== null && tls.clientCa !== '';
  if ((clientsFile !== '') !== (seesCertificates || proxy === 'loopback'))
    throw bad(
      'VOUCH_CLIENTS_FILE',
      'VOUCH_CLIENTS_FILE needs VOUCH_TLS_CLIENT_CA_FILE or VOUCH_FORWARDED_CERTIFICATES=loopback, and they need it.',
    );
  if (proxy !== null && proxy !== 'loopback' && !seesCertificates)
    throw bad(
      'VOUCH_FORWARDED_CERTIFICATES',
      'A proxy that is known by its name needs VOUCH_TLS_CLIENT_CA_FILE.',
    );
  return {
    apiKeys: options.VOUCH_API_KEYS === 'on',
    tokens: readTokens(options),
    tls,
    clientsFile,
    proxy,
    badCredentialsPerMinute: options.VOUCH_BAD_CREDENTIALS_PER_MINUTE,
    plaintextBehindProxy: options.VOUCH_PLAINTEXT === 'behind-proxy',
    recheckMs: options.VOUCH_RECHECK_MS,
  };
}

function readProxy({ VOUCH_FORWARDED_CERTIFICATES: name }: AccessOptions): TrustedProxy | null {
  if (name === '' || name === 'loopback') return name === '' ? null : name;
  return { name };
}

function readTls(options: AccessOptions): TlsPaths | null {
  const { VOUCH_TLS_CERT_FILE: cert, VOUCH_TLS_KEY_FILE: key, VOUCH_TLS_CLIENT_CA_FILE: clientCa } = options;
  if (cert !== '' && key !== '') return { cert, key, clientCa };
  if (cert === '' && key === '' && clientCa === '') return null;
  throw bad('VOUCH_TLS_CERT_FILE', 'VOUCH_TLS_CERT_FILE and VOUCH_TLS_KEY_FILE need each other.');
}

function readTokens(options: AccessOptions): TokenSettings | null {
  const {
    VOUCH_JWT_ISSUER: issuer,
    VOUCH_JWT_AUDIENCE: audience,
    VOUCH_JWT_JWKS_URL: url,
    VOUCH_JWT_JWKS_FILE: path,
    VOUCH_JWT_TENANT: tenantId,
    VOUCH_JWT_TENANT_CLAIM: tenant,
    VOUCH_JWT_ROLES_CLAIM: roles,
    VOUCH_JWT_ACTOR_CLAIM: actor,
  } = options;
  if (issuer === '' && audience === '' && url === '' && path === '') return null;
  if (issuer === '') throw bad('VOUCH_JWT_ISSUER', 'Tokens need VOUCH_JWT_ISSUER.');
  if (audience === '') throw bad('VOUCH_JWT_AUDIENCE', 'Tokens need VOUCH_JWT_AUDIENCE.');
  if ((url === '') === (path === ''))
    throw bad('VOUCH_JWT_JWKS_URL', 'Tokens need VOUCH_JWT_JWKS_URL or VOUCH_JWT_JWKS_FILE.');
  if (url !== '' && !isSafeUrl(url))
    throw bad('VOUCH_JWT_JWKS_URL', 'VOUCH_JWT_JWKS_URL is https, or http on the loopback.');
  const keys = url === '' ? { path } : { url };
  return { issuer, audience, keys, tenantId, claims: { tenant, roles, actor } };
}

function bad(field: string, message: string): VouchError {
  return new VouchError('CONFIGURATION_INVALID', { field, message });
}
