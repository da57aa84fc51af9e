import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { VouchService } from '../../service.js';
import { localCommand, newCommand, type CommonOptions } from '../command.js';
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
        const { waitingPeriodMs } = options;
        const service = await VouchService.create(readConfig());
        try {
          await service.tenants.create(
            tenantId,
            waitingPeriodMs === undefined ? {} : { enrolment: { waitingPeriodMs } },
          );
        } finally {
          await service.stop();
        }
        answer(options, { tenantId }, `created ${tenantId}`);
      }),
  );
}
