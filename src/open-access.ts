import { ApiKeyCheck, ApiKeys, ClientCertificates, TlsFiles, Tokens } from './access/index.js';
import type { Config } from './config.js';
import { authenticates } from './config-access.js';
import type { Keyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import { loggedFailure, type Logger } from './observability/index.js';
import type { Database } from './storage/index.js';
import type { Tenants } from './tenant/index.js';
import { authenticateBy, developmentPrincipal, type Authenticate } from './transport/index.js';

/** Who may call. */
export interface Access {
  readonly authenticate: Authenticate;
  readonly apiKeys: ApiKeys;
  /** Null: in clear. */
  readonly tls: TlsFiles | null;
}

export interface AccessParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly tenants: Tenants;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stops: (() => Promise<void>)[];
}

/** Makes the ways in that are configured; none of them: the development principal. Throws CONFIGURATION_INVALID. */
export async function openAccess(config: Config, parts: AccessParts): Promise<Access> {
  const { database, keyring, clock } = parts;
  const apiKeys = new ApiKeys(database, keyring, clock);
  const tls = await openTls(config, parts);
  const exists = (tenantId: string) => parts.tenants.exists(tenantId);
  if (!authenticates(config.access))
    return { authenticate: developmentPrincipal(config.developmentTenant, exists), apiKeys, tls };
  const { tokens: settings, clientsFile } = config.access;
  const tokens = settings && new Tokens(settings, exists, clock);
  await tokens?.open();
  const failed = (error: unknown) => {
    parts.log.error(loggedFailure(error), 'the file of clients cannot be used; what it said before counts');
  };
  const certificates = clientsFile === '' ? null : new ClientCertificates(clientsFile, exists, clock, failed);
  await certificates?.open();
  const ways = {
    apiKeys: config.access.apiKeys ? new ApiKeyCheck(database, clock) : null,
    tokens,
    certificates,
    ...(config.access.proxy && { proxy: config.access.proxy }),
  };
  return { authenticate: authenticateBy(ways), apiKeys, tls };
}

async function openTls({ access }: Config, { log, stops }: AccessParts): Promise<TlsFiles | null> {
  if (!access.tls) return null;
  const tls = await TlsFiles.open(access.tls, (error) => {
    log.error(loggedFailure(error), 'certificates cannot be used; those before stay in use');
  });
  const stop = tls.watch();
  stops.push(() => {
    stop();
    return Promise.resolve();
  });
  tls.onChange(() => {
    log.info('certificates changed');
  });
  return tls;
}
