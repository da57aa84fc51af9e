import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { EmbeddedPostgres, migrate } from '../../storage/index.js';
import { localCommand, type CommonOptions } from '../command.js';
import { answer } from '../output.js';

/** `vouch migrate`: the database at this version. */
export function migrateCommand(): Command {
  return localCommand(
    'migrate',
    'bring the database to this version; DATABASE_URL must name a login that may create roles',
  ).action(async (options: CommonOptions) => {
    const { databaseUrl, dataDir } = readConfig();
    const migrations = databaseUrl === '' ? await migrateEmbedded(dataDir) : await migrate(databaseUrl);
    const text =
      migrations.length === 0 ? 'nothing to do' : migrations.map((name) => `ran ${name}`).join('\n');
    answer(options, { migrations }, text);
  });
}

async function migrateEmbedded(dataDir: string): Promise<readonly string[]> {
  const embedded = await EmbeddedPostgres.start(dataDir);
  try {
    return await migrate(embedded.url);
  } finally {
    await embedded.stop();
  }
}
