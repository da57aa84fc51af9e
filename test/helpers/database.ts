import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { createTenant, Database } from '../../src/storage/index.js';
import { migratedServer, removeServer, type MigratedServer } from './migrated-server.js';

/** A real server for one test file, started at the first use, with a migrated database to copy from. */
class TestServer {
  private constructor(
    private readonly server: MigratedServer,
    private readonly admin: pg.Pool,
  ) {}

  static async start(): Promise<TestServer> {
    const server = await migratedServer();
    const admin = new pg.Pool({ connectionString: withDatabase(server.postgres.url, 'postgres'), max: 2 });
    admin.on('error', () => undefined); // The server ends before its last connection has closed.
    return new TestServer(server, admin);
  }

  async create(name: string, template = 'vouch'): Promise<string> {
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    return withDatabase(this.server.postgres.url, name);
  }

  async drop(name: string): Promise<void> {
    await this.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async stop(): Promise<void> {
    await this.admin.end();
    await removeServer(this.server);
  }
}

let server: Promise<TestServer> | undefined;

test.after.always('stop the test server', async () => {
  await (await server)?.stop();
});

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** An empty database of the test's own, not migrated; gone after the test. The login is a superuser. */
export async function emptyDatabase(t: ExecutionContext): Promise<string> {
  return createDatabase(t, 'template1');
}

/** A migrated database of the test's own, and a connection of the service to it; both gone after the test. */
export async function freshDatabase(t: ExecutionContext): Promise<{ url: string; database: Database }> {
  const url = await createDatabase(t, 'vouch');
  const database = await Database.connect({ url, poolSize: 5, waitMs: 20_000, statementTimeoutMs: 20_000 });
  t.teardown(() => database.close());
  return { url, database };
}

async function createDatabase(t: ExecutionContext, template: string): Promise<string> {
  server ??= TestServer.start();
  const started = await server;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = await started.create(name, template);
  t.teardown(() => started.drop(name)); // Teardowns run in reverse: after connections were closed.
  return url;
}

/** Adds a tenant, and gives its id. */
export async function freshTenant(database: Database, tenantId = `tenant-${randomBytes(4).toString('hex')}`) {
  await createTenant(database, tenantId, 'test');
  return tenantId;
}

/** Runs statements as the superuser, past every rule. */
export async function asOwner<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
