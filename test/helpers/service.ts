import { connect, type Connection } from '../../src/cli/connection.js';
import { readConfig } from '../../src/config.js';
import { VouchService } from '../../src/service.js';
import { openDirectory } from './binary.js';

/** A service within the test's process, on an embedded database of its own, reached over a socket. */
export interface TestService {
  readonly service: VouchService;
  readonly address: string;
  /** A client of the development tenant. */
  readonly connection: Connection;
  /** Ends everything and removes the data. */
  readonly stop: () => Promise<void>;
}

/** Starts one; `options` are those of docs/configuration.md. */
export async function startService(options: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const { path, remove } = await openDirectory();
  const service = await VouchService.create(
    readConfig(options, {
      VOUCH_ADDRESS: '127.0.0.1:0',
      VOUCH_DATA_DIR: path,
      VOUCH_WORKERS: '1',
      VOUCH_LOG_LEVEL: 'error',
      VOUCH_DRAIN_MS: '0',
    }),
  );
  const { host, port } = await service.start();
  const address = `${host}:${port}`;
  const connection = connect({ address });
  const stop = async () => {
    connection.close();
    await service.stop();
    await remove();
  };
  return { service, address, connection, stop };
}
