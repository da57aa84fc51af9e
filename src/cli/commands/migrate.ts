import type { Command } from 'commander';
import { readConfig, type Config } from '../../config.js';
import { startEmbedded } from '../../open-database.js';
import { migrate } from '../../storage/index.js';
import { localCommand, type CommonOptions } from '../command.js';
import { answer } from '../output.js';

/** `vouch migrate`: the database at this version. */
export function migrateCommand(): Command {
  return localCommand(
    'migrate',
    'bring the database to this version; DATABASE_URL must name a login that may create roles',
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const { databaseUrl } = config;
    const migrations = databaseUrl === '' ? await migrateEmbedded(config) : await migrate(databaseUrl);
    const text =
      migrations.length === 0 ? 'nothing to do' : migrations.map((name) => `ran ${name}`).join('\n');
    answer(options, { migrations }, text);
  });
}

async function migrateEmbedded(config: Config): Promise<readonly string[]> {
  const embedded = await startEmbedded(config);
  try {
    return await migrate(embedded.url);
  } finally {
    await embedded.stop();
  }
}
