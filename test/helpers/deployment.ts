import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { CHECK_NAMES, diagnose, type DiagnosisOptions } from '../../src/cli/doctor/diagnose.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { openKeyring } from '../../src/crypto/index.js';
import { DEFAULT_POLICY, Tenants } from '../../src/tenant/index.js';
import { openDirectory } from './binary.js';
import { asOwner, freshDatabase } from './database.js';

/** Of a key that nobody has; it ended with 2024. */
export const EXPIRED = `-----BEGIN CERTIFICATE-----
MIIBFzCBvgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1jYWxscy5leGFtcGxl
MB4XDTI0MDEwMTAwMDAwMFoXDTI1MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNY2Fs
bHMuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM7xKIXfEdJSjlCZ
+0R6p6fTAKxUd7VMS3T8OCeEJAcBrT11h9zIK7amFPD4hMS5Eqb9a2nvaNvytQzI
l4kh9XkwCgYIKoZIzj0EAwIDSAAwRQIhAI9Ggh2wAPumcbnJwxlpsBKGSdTMXiS8
xlMhjzGCYsnfAiAaEXMWqHOebNVLeVQarzaB9OKLH61Jzn9JaCtB4PyhYw==
-----END CERTIFICATE-----
`;
const clock = { now: () => new Date() };

export type Environment = Record<string, string>;

/** A login of the service's own, as a database needs it. */
export async function ownLogin(t: ExecutionContext, url: string): Promise<string> {
  const login = `login_${new URL(url).pathname.slice(1)}`;
  await asOwner(url, `CREATE ROLE ${login} LOGIN PASSWORD 'p'`);
  t.teardown(() => asOwner(url, `DROP ROLE ${login}`));
  await asOwner(url, `GRANT vouch_service, vouch_system TO ${login}`);
  const own = new URL(url);
  own.username = login;
  own.password = 'p';
  return own.href;
}

/** A folder of the deployment's own, and the rest of its environment. */
export async function folder(t: ExecutionContext): Promise<{ path: string; environment: Environment }> {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const environment = {
    VOUCH_ADDRESS: '127.0.0.1:0',
    VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
    VOUCH_METRICS_ADDRESS: '127.0.0.1:0',
    VOUCH_DATA_DIR: path,
    VOUCH_KEYRING_FILE: join(path, 'keyring.json'),
    VOUCH_WORKERS: '1',
  };
  return { path, environment };
}

/** A deployment that is as it should be: a tenant with its keys, a login of its own. */
export async function deployment(
  t: ExecutionContext,
): Promise<{ path: string; url: string; environment: Environment }> {
  const { path, environment } = await folder(t);
  const { url, database } = await freshDatabase(t);
  const keyring = await openKeyring({ from: 'file', path: join(path, 'keyring.json') });
  const principal = { tenantId: 'acme', role: 'ADMINISTRATOR', actorId: 'test' } as const;
  await new Tenants(database, keyring, clock).create(principal, DEFAULT_POLICY);
  return { path, url, environment: { ...environment, DATABASE_URL: await ownLogin(t, url) } };
}

/** Models take a second to be looked at. */
export const ALL_BUT_MODELS = CHECK_NAMES.filter((name) => name !== 'models');

/** What fails, and only that. */
export async function failures(options: DiagnosisOptions): Promise<Finding[]> {
  return (await diagnose({ only: ALL_BUT_MODELS, ...options })).filter(({ status }) => status === 'fail');
}

/** Holds a deployment to one failure, named and with its remedy. */
export async function failsAt(
  t: ExecutionContext,
  options: DiagnosisOptions,
  about: string,
  found: RegExp,
  remedy: RegExp,
): Promise<void> {
  const [first, ...others] = await failures(options);
  t.deepEqual(others, []);
  t.is(first?.about, about);
  t.regex(first?.found ?? '', found);
  t.regex(first?.remedy ?? '', remedy);
}
