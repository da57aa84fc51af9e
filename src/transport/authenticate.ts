import type { ApiKeyCheck, ClientCertificates, Tokens } from '../access/index.js';
import { VouchError } from '../errors.js';
import type { Authenticate } from './principal.js';

/** The ways in which callers may say who they are; null: not this way. */
export interface WaysIn {
  readonly apiKeys: ApiKeyCheck | null;
  readonly tokens: Tokens | null;
  readonly certificates: ClientCertificates | null;
}

/** What API keys begin with; no token has an underscore before its first dot where this one has them. */
const KEY_SIGN = 'vouch_key_';

/**
 * Finds out who sends a request: by `authorization: Bearer`, an API key or a token, else by the client certificate. What was
 * sent counts: with a bad key, the certificate does not help.
 */
export function authenticateBy({ apiKeys, tokens, certificates }: WaysIn): Authenticate {
  return async ({ metadata, certificate }) => {
    const given = metadata('authorization');
    if (given !== undefined) {
      const bearer = /^Bearer +(?<credential>[\w.~+/=-]+)$/i.exec(given)?.groups?.['credential'] ?? '';
      const check = bearer.startsWith(KEY_SIGN) ? apiKeys : tokens;
      if (bearer !== '' && check) return check.caller(bearer);
    } else if (certificate && certificates) {
      return certificates.caller(certificate);
    }
    throw new VouchError('UNAUTHENTICATED');
  };
}
