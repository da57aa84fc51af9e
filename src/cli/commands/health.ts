import type { Command } from 'commander';
import { connected } from '../connection.js';
import { localCommand, type ClientOptions } from '../command.js';
import { answer } from '../output.js';

/** `SERVING` of grpc.health.v1. */
const SERVING = '1';

/** `vouch health`: whether the service takes new calls. */
export function healthCommand(): Command {
  return localCommand('health', 'tell whether the service takes anything new; exit code 2 where it does not')
    .option('--address <host:port>', 'where the service listens', 'localhost:50051')
    .action(async (options: ClientOptions) => {
      const { status } = await connected(options, ({ health }) => health.check({ service: '' }));
      const serving = String(status) === SERVING;
      answer(options, { serving }, serving ? 'serving' : 'not serving');
      if (!serving) process.exitCode = 2;
    });
}
