import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];

/** A key and its certificate, PEM. */
export interface KeyPair {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** A certificate authority of the test's own, in a folder. */
export class Authority {
  private constructor(private readonly directory: string) {}

  static async make(directory: string): Promise<Authority> {
    const at = (name: string) => join(directory, name);
    const request = ['-x509', ...KEY, '-subj', '/CN=authority', '-days', '2'];
    await run('openssl', ['req', ...request, '-keyout', at('ca.key'), '-out', at('ca.crt')]);
    return new Authority(directory);
  }

  get certificate(): Promise<Buffer> {
    return readFile(join(this.directory, 'ca.crt'));
  }

  /** @param alternative name in the form of OpenSSL, for example `URI:spiffe://x/y` */
  async issue(name: string, alternative: string): Promise<KeyPair> {
    const at = (kind: string) => join(this.directory, `${name}.${kind}`);
    await run('openssl', ['req', ...KEY, '-subj', `/CN=${name}`, '-keyout', at('key'), '-out', at('csr')]);
    await writeFile(at('ext'), `subjectAltName=${alternative}`);
    const signed = [
      '-CA',
      join(this.directory, 'ca.crt'),
      '-CAkey',
      join(this.directory, 'ca.key'),
      '-days',
      '2',
    ];
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      at('csr'),
      ...signed,
      '-extfile',
      at('ext'),
      '-out',
      at('crt'),
    ]);
    return { key: await readFile(at('key')), cert: await readFile(at('crt')) };
  }
}
