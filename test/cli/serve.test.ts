import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import test from 'ava';
import { openDirectory, vouch } from '../helpers/binary.js';

for (const option of ['VOUCH_ADDRESS', 'VOUCH_HTTP_ADDRESS', 'VOUCH_METRICS_ADDRESS']) {
  test(`a port of ${option} that is taken is told as such`, async (t) => {
    const { path, remove } = await openDirectory();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await vouch(['serve', '--json'], {
      VOUCH_ADDRESS: '127.0.0.1:0',
      VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
      VOUCH_METRICS_ADDRESS: '127.0.0.1:0',
      VOUCH_DATA_DIR: path,
      VOUCH_WORKERS: '1',
      VOUCH_LOG_LEVEL: 'silent',
      [option]: `127.0.0.1:${port}`,
    });
    taken.close();
    await remove();
    t.is(code, 1);
    const { error } = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) ?? '') as {
      error: { reason: string; field: string; message: string };
    };
    t.is(error.reason, 'ADDRESS_IN_USE');
    t.is(error.field, option);
    t.regex(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*${option}`));
  });
}
