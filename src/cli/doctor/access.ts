import { checkClientsFile, checkKeySet, TlsFiles } from '../../access/index.js';
import { authenticates } from '../../config-access.js';
import type { Config } from '../../config.js';
import { Findings, type Finding } from './finding.js';

/** What callers are known by can be read: the issuer's keys, the file of clients, certificates with their keys. */
export async function checkAccess({ access }: Config): Promise<Finding[]> {
  const findings = new Findings('access');
  const { tokens, clientsFile, tls } = access;
  if (tokens)
    try {
      findings.ok(`${await checkKeySet(tokens.keys)} keys of VOUCH_JWT_ISSUER can be read.`);
    } catch {
      findings.fail(
        'The keys of VOUCH_JWT_ISSUER cannot be read: no token counts.',
        'VOUCH_JWT_JWKS_URL must answer with a JWK set from here within 5 s, without a redirection; a file must hold one.',
      );
    }
  if (clientsFile !== '')
    try {
      findings.ok(
        `${await checkClientsFile(clientsFile)} clients are in ${clientsFile} (VOUCH_CLIENTS_FILE).`,
      );
    } catch (error) {
      findings.failed(error, {
        '': 'Mend it as docs/access.md says; a service that runs goes on with what it read before.',
      });
    }
  if (tls)
    try {
      await TlsFiles.open(tls, () => undefined);
      findings.ok('The service has a certificate with its key.');
    } catch (error) {
      findings.failed(error, {
        '': 'VOUCH_TLS_CERT_FILE, VOUCH_TLS_KEY_FILE and VOUCH_TLS_CLIENT_CA_FILE must be readable, and certificate and key belong together.',
      });
    }
  if (authenticates(access) || tls) return findings.list;
  return findings.ok('No way to say who one is has been configured.').list;
}
