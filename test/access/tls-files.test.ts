import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { TlsFiles } from '../../src/access/index.js';
import { openDirectory } from '../helpers/binary.js';
import { Authority } from '../helpers/certificates.js';

test('when the first certificate ends is known, for whoever watches', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const authority = await Authority.make(path);
  const { key, cert } = await authority.issue('service', 'DNS:localhost');
  const paths = { cert: join(path, 'tls.crt'), key: join(path, 'tls.key'), clientCa: join(path, 'ca.crt') };
  await writeFile(paths.cert, Buffer.concat([cert, await authority.certificate]));
  await writeFile(paths.key, key);
  const files = await TlsFiles.open(paths, () => undefined);
  const hoursLeft = ((files.endsAt?.getTime() ?? 0) - Date.now()) / 3_600_000;
  t.true(hoursLeft > 47 && hoursLeft <= 48, `${hoursLeft}`);
});
