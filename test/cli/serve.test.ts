import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import test from 'ava';
import { openDirectory, vouch } from '../helpers/binary.js';

test('a port that is taken is told as such', async (t) => {
  const { path, remove } = await openDirectory();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await vouch(['serve', '--json'], {
    VOUCH_ADDRESS: `127.0.0.1:${port}`,
    VOUCH_DATA_DIR: path,
    VOUCH_WORKERS: '1',
    VOUCH_LOG_LEVEL: 'silent',
  });
  taken.close();
  await remove();
  t.is(code, 1);
  t.regex(stderr, /"reason":"ADDRESS_IN_USE"/);
});
