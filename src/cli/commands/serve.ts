import { once } from 'node:events';
import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { VouchService } from '../../service.js';
import { localCommand, type CommonOptions } from '../command.js';
import { answer } from '../output.js';
import { stopSignal } from '../stop-signal.js';

/** `vouch serve`: the service, staying up. */
export function serveCommand(): Command {
  return localCommand('serve', 'run the service (docs/configuration.md has its options)').action(
    async (options: CommonOptions) => {
      const signal = stopSignal();
      const service = await VouchService.create(readConfig());
      try {
        const { host, port, http, metricsPort } = await service.start();
        const address = `${host}:${port}`;
        const httpAddress = `${http.host}:${http.port}`;
        const say = `vouch listens on ${address} (gRPC) and http://${httpAddress}; Ctrl-C stops it`;
        answer(options, { address, httpAddress, metricsPort }, say);
        if (!signal.aborted) await once(signal, 'abort');
      } finally {
        await service.stop();
      }
    },
  );
}
