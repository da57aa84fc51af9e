import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { startEmbedded } from '../../open-database.js';
import { scrub, type Scrubbed } from '../../storage/index.js';
import { localCommand, type CommonOptions } from '../command.js';
import { answer } from '../output.js';

/** `vouch scrub`: erased ids out of the files of the database. */
export function scrubCommand(): Command {
  return localCommand(
    'scrub',
    'overwrite what erased ids left in the files of the database; DATABASE_URL must name a superuser (docs/erasure.md)',
  ).action(async (options: CommonOptions) => {
    const config = readConfig();
    const { databaseUrl } = config;
    const scrubbed = databaseUrl === '' ? await scrubEmbedded() : await scrub(databaseUrl);
    answer(options, scrubbed, describe(scrubbed));

    async function scrubEmbedded(): Promise<Scrubbed> {
      const embedded = await startEmbedded(config);
      try {
        return await scrub(embedded.url);
      } finally {
        await embedded.stop();
      }
    }
  });
}

function describe({ segmentsCycled, segmentsKept, archived }: Scrubbed): string {
  const lines = [`table of names written anew; log segments overwritten or removed: ${segmentsCycled}`];
  if (segmentsKept > 0) {
    lines.push(
      `log segments that the server keeps from before: ${segmentsKept}; for a replication slot, an archiver or wal_keep_size`,
    );
  }
  if (archived) lines.push('finished log segments are archived: there they stay until the archive expires');
  return lines.join('\n');
}
