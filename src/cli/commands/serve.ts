import { once } from 'node:events';
import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { VouchError } from '../../errors.js';
import { VouchService } from '../../service.js';
import { localCommand, type CommonOptions } from '../command.js';
import { withDemoTenant } from '../demo/beside.js';
import { desktopAddress, playLive } from '../demo/live.js';
import { answer } from '../output.js';
import { stopSignal } from '../stop-signal.js';

interface ServeOptions extends CommonOptions {
  readonly demo?: boolean;
}

/** `vouch serve`: the service, staying up. */
export function serveCommand(): Command {
  return localCommand('serve', 'run the service (docs/configuration.md has its options)')
    .option(
      '--demo',
      'play live calls of a tenant of their own for the agent desktop; with the embedded database only',
    )
    .action(async (options: ServeOptions) => {
      const signal = stopSignal();
      const config = readConfig();
      if (options.demo === true && config.databaseUrl !== '')
        throw new VouchError('CONFIGURATION_INVALID', {
          field: 'DATABASE_URL',
          message: 'Made-up people have no business in a real database.',
        });
      const service = await VouchService.create(config);
      try {
        const { host, port, http, metricsPort } = await service.start();
        const address = `${host}:${port}`;
        const httpAddress = `${http.host}:${http.port}`;
        const say = `vouch listens on ${address} (gRPC) and http://${httpAddress}; Ctrl-C stops it`;
        answer(options, { address, httpAddress, metricsPort }, say);
        if (options.demo === true) await playDemo(service, address, http, signal);
        if (!signal.aborted) await once(signal, 'abort');
      } finally {
        await service.stop();
      }
    });
}

/** Until the signal. */
async function playDemo(
  service: VouchService,
  address: string,
  http: { host: string; port: number },
  signal: AbortSignal,
): Promise<void> {
  const silent = () => undefined;
  await withDemoTenant(service, address, silent, signal, async ({ connection, fixtures, tenant }) => {
    console.log(`Live calls, as an agent sees them: ${desktopAddress(http, tenant)}`);
    await playLive(connection, fixtures, signal);
  });
}
