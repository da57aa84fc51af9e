import {
  forwardedCertificate,
  isLocal,
  peerAddress,
  type ApiKeyCheck,
  type ClientCertificate,
  type ClientCertificates,
  type Tokens,
} from '../access/index.js';
import { VouchError } from '../errors.js';
import type { Authenticate, Credentials } from './principal.js';

/** The ways in which callers may say who they are; null: not this way. */
export interface WaysIn {
  readonly apiKeys: ApiKeyCheck | null;
  readonly tokens: Tokens | null;
  readonly certificates: ClientCertificates | null;
  /** Who may tell of the certificates of others; nobody when not given. */
  readonly proxy?: TrustedProxy;
}

/** A proxy in front: whoever is on this machine, or has a certificate with this URI or DNS name. */
export type TrustedProxy = 'loopback' | { readonly name: string };

/** What API keys begin with; no token has an underscore before its first dot where this one has them. */
const KEY_SIGN = 'vouch_key_';

/**
 * Finds out who sends a request: by `authorization: Bearer`, an API key or a token, else by the client certificate, which a
 * proxy that is trusted tells of. What was sent counts: with a bad key, the certificate does not help.
 */
export function authenticateBy({ apiKeys, tokens, certificates, proxy }: WaysIn): Authenticate {
  return async (credentials) => {
    const given = credentials.metadata('authorization');
    if (given !== undefined) {
      const bearer = /^Bearer +(?<credential>[\w.~+/=-]+)$/i.exec(given)?.groups?.['credential'] ?? '';
      const check = bearer.startsWith(KEY_SIGN) ? apiKeys : tokens;
      if (bearer !== '' && check) return check.caller(bearer);
    } else if (certificates) {
      const certificate = certificateOf(credentials, proxy);
      if (certificate) return certificates.caller(certificate);
    }
    throw new VouchError('UNAUTHENTICATED');
  };
}

/**
 * What anybody but the proxy says of certificates is nothing. One with a certificate of its own speaks for others only: what
 * it tells of nobody is nobody's, and not its own.
 */
function certificateOf(
  { metadata, certificate, peer = '' }: Credentials,
  proxy: TrustedProxy | undefined,
): ClientCertificate | null | undefined {
  const forwarded = metadata('x-forwarded-client-cert');
  if (proxy === undefined) return certificate;
  if (proxy === 'loopback')
    return forwarded !== undefined && isLocal(peerAddress(peer))
      ? forwardedCertificate(forwarded)
      : certificate;
  const isProxy = certificate && [...certificate.uris, ...certificate.dnsNames].includes(proxy.name);
  return isProxy ? forwardedCertificate(forwarded ?? '') : certificate;
}
