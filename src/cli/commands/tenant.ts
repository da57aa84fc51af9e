import type { Command } from 'commander';
import { Tenants } from '../../tenant/index.js';
import { localCommand, newCommand, type CommonOptions } from '../command.js';
import { createTenant } from '../create-tenant.js';
import { onDatabase } from '../on-database.js';
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
        await onDatabase(async ({ database, keyring, clock }) => {
          await createTenant(new Tenants(database, keyring, clock), tenantId, options.waitingPeriodMs);
        });
        answer(options, { tenantId }, `created ${tenantId}`);
      }),
  );
}
