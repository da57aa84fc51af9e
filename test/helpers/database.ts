import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { createTenant, Database, EmbeddedPostgres, migrate } from '../../src/storage/index.js';

/** A real server for one test file, started at the first use, with a migrated database to copy from. */
class TestServer {
  private constructor(
    private readonly embedded: EmbeddedPostgres,
    private readonly directory: string,
    private readonly admin: pg.Pool,
  ) {}

  static async start(): Promise<TestServer> {
    const directory = await mkdtemp(join(tmpdir(), 'vouch-test-'));
    await chmod(directory, 0o755); // mkdtemp closes it to the server's user.
    const embedded = await EmbeddedPostgres.start(directory, { disposable: true });
    await migrate(embedded.url);
    const admin = new pg.Pool({ connectionString: withDatabase(embedded.url, 'postgres'), max: 2 });
    admin.on('error', () => undefined); // The server ends before its last connection has closed.
    return new TestServer(embedded, directory, admin);
  }

  async create(name: string, template = 'vouch'): Promise<string> {
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    return withDatabase(this.embedded.url, name);
  }

  async drop(name: string): Promise<void> {
    await this.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async stop(): Promise<void> {
    await this.admin.end();
    await this.embedded.stop();
    // Not the same where the directory for temporary files is closed to the server's user.
    for (const directory of [this.embedded.directory, this.directory]) {
      await rm(directory, { recursive: true, force: true });
    }
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
  const database = await Database.connect({ url, poolSize: 5 });
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
