import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The files below a directory that hold these bytes. */
export async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch(() => Buffer.alloc(0)); // It may be gone by now.
    if (content.includes(text)) found.push(path.slice(directory.length + 1));
  }
  return found;
}

/** The tables whose rows hold this text, as a dump would write them; every table of the database but PostgreSQL's own. */
export async function tablesWith(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const hits = await client.query(
        `SELECT FROM ${name} AS row WHERE row::text LIKE '%' || $1 || '%' LIMIT 1`,
        [text],
      );
      if (hits.rows.length > 0) found.push(name);
    }
    return found;
  } finally {
    await client.end();
  }
}
