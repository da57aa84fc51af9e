import type { Command } from 'commander';
import { readConfig, type Config } from '../../config.js';
import { openKeyring } from '../../crypto/index.js';
import { openDatabase } from '../../open-database.js';
import { Tenants } from '../../tenant/index.js';
import { VouchError } from '../../errors.js';
import { localCommand, newCommand, type CommonOptions } from '../command.js';
import { createTenant } from '../create-tenant.js';
import { wholeNumber } from '../options.js';
import { answer } from '../output.js';

interface CreateOptions extends CommonOptions {
  readonly waitingPeriodMs?: number;
}

/** `vouch tenant`: the organisations that control the data. */
export function tenantCommand(): Command {
  return newCommand('tenant', 'create tenants').addCommand(
    localCommand('create', 'create a tenant: its keys and its policy; works on the database, like migrate')
      .argument('<id>', 'the tenant')
      .option('--waiting-period-ms <ms>', 'how long a voiceprint waits before its first use', wholeNumber(0))
      .action(async (tenantId: string, options: CreateOptions) => {
        const config = readConfig();
        const { database, close } = await openDatabase(config).catch(explain(config));
        try {
          const keyring = await openKeyring(config.keyring);
          await createTenant(
            new Tenants(database, keyring, { now: () => new Date() }),
            tenantId,
            options.waitingPeriodMs,
          );
        } finally {
          await close();
        }
        answer(options, { tenantId }, `created ${tenantId}`);
      }),
  );
}

/** The embedded database belongs to one process at a time. */
function explain({ databaseUrl }: Config) {
  return (error: unknown): never => {
    if (databaseUrl !== '' || !(error instanceof VouchError) || error.reason !== 'DATABASE_UNAVAILABLE')
      throw error;
    throw new VouchError('DATABASE_UNAVAILABLE', {
      message: `${error.message} Where that is \`vouch serve\`, stop it, create the tenant, and start it again; or give both a PostgreSQL of your own (DATABASE_URL).`,
      cause: error,
    });
  };
}
