import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import { openKeyring } from '../../crypto/index.js';
import type { Clock } from '../../domain/clock.js';
import { VouchError } from '../../errors.js';
import { startEmbedded } from '../../open-database.js';
import { Database, inspectDatabase, listMigrations, type DatabaseFacts } from '../../storage/index.js';
import { Tenants } from '../../tenant/index.js';
import { Findings, type Finding } from './finding.js';

/** Decisions and consents are ordered by both clocks: beyond this they may change places, ms. */
const CLOCK_WARN_MS = 1000;
const CLOCK_FAIL_MS = 5000;
/** The oldest version that is tested. */
const OLDEST_POSTGRES = 15;

/** The database, and the keys that open what is in it. */
export async function checkDatabase(config: Config, clock: Clock): Promise<Finding[]> {
  if (config.databaseUrl !== '') return checkAt(config, config.databaseUrl, clock, false);
  const findings = new Findings('database');
  const place = join(resolve(config.dataDir), 'postgres');
  findings.warn(
    'DATABASE_URL is not set: an embedded PostgreSQL is used.',
    'For more than a trial give it a PostgreSQL of its own: DATABASE_URL.',
  );
  if (!(await exists(place)))
    return findings.ok(`Nothing is there yet; \`vouch serve\` makes it in ${place}.`).list;
  try {
    const embedded = await startEmbedded(config);
    try {
      if (embedded.closedDirectory !== null)
        findings.warn(
          `Its data is in ${embedded.directory}: the server's user may not enter ${embedded.closedDirectory}.`,
          `\`chmod 755 ${embedded.closedDirectory}\`, or another VOUCH_DATA_DIR.`,
        );
      return [...findings.list, ...(await checkAt(config, embedded.url, clock, true))];
    } finally {
      await embedded.stop();
    }
  } catch (error) {
    return findings.failed(error, {
      DATABASE_UNAVAILABLE:
        'Stop `vouch serve` here to have its database looked at, or remove what is left of it.',
    }).list;
  }
}

async function checkAt(config: Config, url: string, clock: Clock, isOwn: boolean): Promise<Finding[]> {
  const findings = new Findings('database');
  let facts: DatabaseFacts;
  try {
    facts = await inspectDatabase(url, config.databaseWaitMs);
  } catch (error) {
    return findings.failed(error, {
      DATABASE_UNAVAILABLE:
        'Is PostgreSQL running, and do host, port, database and password of DATABASE_URL lead to it from here?',
    }).list;
  }
  if (Number.parseInt(facts.version) < OLDEST_POSTGRES)
    findings.warn(`PostgreSQL ${facts.version}.`, `Version ${OLDEST_POSTGRES} or later is tested.`);
  if (!isOwn) checkLogin(findings, facts);
  checkConnection(findings, config, facts);
  const clocks = checkClock(facts, clock);
  try {
    const database = await Database.connect({ url, poolSize: 2, waitMs: config.databaseWaitMs });
    try {
      findings.ok(`PostgreSQL ${facts.version}, migrated to ${(await listMigrations()).at(-1)}.`);
      return [...findings.list, ...clocks, ...(await checkKeys(config, database, clock))];
    } finally {
      await database.close();
    }
  } catch (error) {
    findings.failed(error, {
      DATABASE_NOT_MIGRATED: 'Run `vouch migrate` with a login that owns the schema and may create roles.',
      DATABASE_ROLE_UNSAFE:
        'GRANT vouch_service, vouch_system TO the login of the service; take superuser, BYPASSRLS and ownership of tables from them (docs/deploying.md).',
    });
    return [...findings.list, ...clocks];
  }
}

function checkLogin(findings: Findings, { login }: DatabaseFacts): void {
  if (!login.isSuperuser && !login.bypassesRls) return;
  const what = login.isSuperuser ? 'is a superuser' : 'has BYPASSRLS';
  findings.fail(
    `The login of DATABASE_URL ${what}: row-level security between tenants does not bind it.`,
    'Make a login of its own: CREATE ROLE … LOGIN; GRANT vouch_service, vouch_system TO …; and name it in DATABASE_URL.',
  );
}

function checkConnection(
  findings: Findings,
  { databasePool }: Config,
  { inClear, maximumConnections }: DatabaseFacts,
): void {
  if (inClear)
    findings.warn(
      'What is asked of PostgreSQL crosses a network in clear: ids, consents and decisions are in it.',
      'Let PostgreSQL speak TLS, and add `sslmode=verify-full` to DATABASE_URL.',
    );
  if (databasePool >= maximumConnections)
    findings.fail(
      `VOUCH_DATABASE_POOL is ${databasePool}, and PostgreSQL takes ${maximumConnections} connections of all who use it.`,
      'Lower it: the pools of all processes together must stay below max_connections.',
    );
}

/** How far this machine's clock is from the database's. */
function checkClock(facts: DatabaseFacts, clock: Clock): Finding[] {
  const findings = new Findings('clock');
  // The answer is as old as half its way, which this cannot tell from a clock that is late.
  const apartMs = Math.max(0, Math.abs(clock.now().getTime() - facts.clock.getTime()) - facts.tookMs);
  const words = `This machine's clock is ${(apartMs / 1000).toFixed(1)} s from the database's.`;
  const remedy =
    'Let both follow the same time servers (NTP): the order of consents and calls rests on them.';
  if (apartMs > CLOCK_FAIL_MS) return findings.fail(words, remedy).list;
  if (apartMs > CLOCK_WARN_MS) return findings.warn(words, remedy).list;
  return findings.ok(words).list;
}

async function checkKeys(config: Config, database: Database, clock: Clock): Promise<Finding[]> {
  const findings = new Findings('keys');
  const { keyring: source } = config;
  if (source.from === 'file') {
    const mode = (await stat(source.path).catch(() => undefined))?.mode;
    if (mode !== undefined && (mode & 0o077) !== 0)
      findings.warn('Others than its owner may read the keyring.', `\`chmod 600 ${source.path}\``);
  }
  try {
    const tenants = new Tenants(database, await openKeyring(source), clock);
    await tenants.verifyKeys();
    return findings.ok('The keyring opens the data of every tenant.').list;
  } catch (error) {
    return findings.failed(error, {
      KEY_MISSING: `Bring back the newest copy of the keyring${whereOf(config)}; without it voiceprints are lost, and people have to be enrolled again (docs/keys.md).`,
      KEY_WRONG: `This keyring belongs to another database, or is too old: bring back the right one${whereOf(config)} (docs/keys.md).`,
      KEYRING_INVALID: `The keyring${whereOf(config)} is not one, or cannot be read: bring back a copy.`,
      KEY_SERVICE_UNAVAILABLE:
        'Is the key service running, unsealed, and its token valid? VOUCH_TRANSIT_URL.',
    }).list;
  }
}

function whereOf({ keyring }: Config): string {
  return keyring.from === 'file' ? ` to ${keyring.path}` : '';
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as { code?: unknown }).code === 'ENOENT') return false;
      throw new VouchError('DATABASE_UNAVAILABLE', { message: `${path} cannot be entered.`, cause: error });
    },
  );
