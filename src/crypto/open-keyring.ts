import { readFile } from 'node:fs/promises';
import { VouchError } from '../errors.js';
import { EnvironmentKeyring } from './environment-keyring.js';
import { FileKeyring } from './file-keyring.js';
import type { Keyring } from './keyring.js';
import { TransitKeyring } from './transit-keyring.js';

/** Where the keys are. */
export type KeyringSource =
  | { readonly from: 'file'; readonly path: string }
  /** The text of a keyring file. */
  | { readonly from: 'environment'; readonly text: string }
  | {
      readonly from: 'transit';
      readonly url: string;
      readonly mount: string;
      readonly keyPrefix: string;
      /** Empty: in the file. */
      readonly token: string;
      readonly tokenFile: string;
    };

/**
 * Opens a keyring. Whether it holds the right keys is another question, see Tenants.verifyKeys.
 *
 * @throws KEYRING_INVALID
 */
export async function openKeyring(source: KeyringSource): Promise<Keyring> {
  switch (source.from) {
    case 'file':
      return FileKeyring.open(source.path);
    case 'environment':
      return new EnvironmentKeyring(source.text);
    case 'transit': {
      const { url, mount, keyPrefix, token, tokenFile } = source;
      return new TransitKeyring({
        url,
        mount,
        keyPrefix,
        token: () => (token === '' ? readToken(tokenFile) : Promise.resolve(token)),
      });
    }
  }
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw new VouchError('KEYRING_INVALID', { message: 'The token of the key service cannot be read.' });
  }
}
