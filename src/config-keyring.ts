import { z } from 'zod';
import { isSafeUrl } from './addresses.js';
import type { KeyringSource } from './crypto/index.js';
import { VouchError } from './errors.js';

/** The options that say where keys are. */
export const KEYRING_OPTIONS = {
  /** The keyring file; empty: `keyring.json` in VOUCH_DATA_DIR, which is only allowed with the embedded database. */
  VOUCH_KEYRING_FILE: z.string().default(''),
  /** The keyring itself, in the form of a keyring file, instead of one. */
  VOUCH_KEYRING: z.string().default(''),
  /** An OpenBao or Vault server whose transit engine holds the keys, instead of a file; https unless on the loopback. */
  VOUCH_TRANSIT_URL: z.string().default(''),
  /** Where its transit engine is mounted. */
  VOUCH_TRANSIT_MOUNT: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/)
    .default('transit'),
  /** What the names of the tenants' keys there begin with. */
  VOUCH_TRANSIT_KEY_PREFIX: z
    .string()
    .regex(/^\w[\w.-]{0,63}$/)
    .default('vouch-'),
  /** Token for that server. */
  VOUCH_TRANSIT_TOKEN: z.string().default(''),
  /** A file with the token, read before every request, so that it may be renewed. */
  VOUCH_TRANSIT_TOKEN_FILE: z.string().default(''),
};

type KeyringOptions = z.output<z.ZodObject<typeof KEYRING_OPTIONS>>;

interface WhereDataIs {
  /** Empty: embedded. */
  readonly DATABASE_URL: string;
  readonly VOUCH_DATA_DIR: string;
}

/** One place for the keys, and no second one that might be taken for it. */
export function readKeyring(options: KeyringOptions & WhereDataIs): KeyringSource {
  const {
    VOUCH_KEYRING_FILE: path,
    VOUCH_KEYRING: text,
    VOUCH_TRANSIT_URL: url,
    VOUCH_TRANSIT_TOKEN: token,
    VOUCH_TRANSIT_TOKEN_FILE: tokenFile,
  } = options;
  const named = Object.entries({ VOUCH_KEYRING_FILE: path, VOUCH_KEYRING: text, VOUCH_TRANSIT_URL: url })
    .filter(([, value]) => value !== '')
    .map(([name]) => name);
  if (named.length > 1)
    throw badKeyring(named.join(', '), 'Keys come from one place: set one of these only.');
  if (text !== '') return { from: 'environment', text };
  if (url === '') return { from: 'file', path: keyringFile(options) };
  if (!isSafeUrl(url))
    throw badKeyring('VOUCH_TRANSIT_URL', 'VOUCH_TRANSIT_URL is https, or http on the loopback.');
  if ((token === '') === (tokenFile === ''))
    throw badKeyring('VOUCH_TRANSIT_TOKEN', 'VOUCH_TRANSIT_TOKEN or VOUCH_TRANSIT_TOKEN_FILE is needed.');
  const { VOUCH_TRANSIT_MOUNT: mount, VOUCH_TRANSIT_KEY_PREFIX: keyPrefix } = options;
  return { from: 'transit', url, mount, keyPrefix, token, tokenFile };
}

/** Keys beside somebody else's database would end up in one backup with it. */
function keyringFile(options: KeyringOptions & WhereDataIs): string {
  if (options.VOUCH_KEYRING_FILE !== '') return options.VOUCH_KEYRING_FILE;
  if (options.DATABASE_URL === '') return `${options.VOUCH_DATA_DIR}/keyring.json`;
  throw badKeyring(
    'VOUCH_KEYRING_FILE',
    'With DATABASE_URL, VOUCH_KEYRING_FILE must say where the keyring is, outside the database and its backups; or VOUCH_KEYRING or VOUCH_TRANSIT_URL takes its place.',
  );
}

function badKeyring(field: string, message: string): VouchError {
  return new VouchError('CONFIGURATION_INVALID', { field, message });
}
