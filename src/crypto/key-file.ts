import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VouchError } from '../errors.js';
import { newTenantKeys, type EncodedTenantKeys } from './tenant-keys.js';

const keyFileSchema = z.strictObject({
  version: z.literal(1),
  tenants: z.record(
    z.string(),
    z.strictObject({
      // Earlier files said which epoch is in use; the database says it now.
      activeEpoch: z.int().positive().optional(),
      epochs: z.record(z.string().regex(/^[1-9][0-9]{0,8}$/), z.base64()),
      hashKey: z.base64(),
    }),
  ),
});

// Nobody but the owner may write the file, and nobody outside the owner's group may read it.
const FORBIDDEN_MODE = 0o027;

/**
 * Reads the text of a keyring: `{"version": 1, "tenants": {"<id>": {"epochs": {"1": base64}, "hashKey": base64}}}`.
 *
 * @throws KEYRING_INVALID; never with anything of the content, which is why causes are dropped here
 */
export function parseKeys(text: string): Map<string, EncodedTenantKeys> {
  const parsed = keyFileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw invalid('The keyring does not have the form of a keyring.');
  return new Map(
    Object.entries(parsed.data.tenants).map(([tenantId, { epochs, hashKey }]) => [
      tenantId,
      { epochs, hashKey },
    ]),
  );
}

/** Writes the text of a keyring. */
function formatKeys(tenants: ReadonlyMap<string, EncodedTenantKeys>): string {
  return `${JSON.stringify({ version: 1, tenants: Object.fromEntries(tenants) }, null, 2)}\n`;
}

/** The text of a keyring with new keys of these tenants, for those who keep it elsewhere than in a file. */
export function newKeyringText(tenantIds: readonly string[]): string {
  return formatKeys(new Map(tenantIds.map((tenantId) => [tenantId, newTenantKeys()])));
}

/**
 * Reads a keyring file. A file that is not there holds no keys.
 *
 * @throws KEYRING_INVALID; never with anything of the content, which is why causes are dropped here
 */
export async function readKeyFile(path: string): Promise<Map<string, EncodedTenantKeys>> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if ((mode & FORBIDDEN_MODE) !== 0) throw invalid('Others may read or write the keyring file: chmod 600.');
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Map();
    throw error instanceof VouchError ? error : invalid('The keyring file cannot be opened.');
  }
  return parseKeys(text);
}

/**
 * Writes a keyring file with mode 0600, so that after a crash at any point either the old or the new one is there whole:
 * a temporary file in the same folder, synchronised, renamed over the old one, and the folder synchronised too.
 *
 * @throws KEYRING_INVALID where it cannot be written
 */
export async function writeKeyFile(
  path: string,
  tenants: ReadonlyMap<string, EncodedTenantKeys>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(formatKeys(tenants));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch {
    await rm(temporary, { force: true });
    throw invalid('The keyring file cannot be written.');
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): VouchError {
  return new VouchError('KEYRING_INVALID', { message });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
