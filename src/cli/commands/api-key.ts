import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { ApiKeys, roleNamed } from '../../access/index.js';
import type { Principal, Role } from '../../domain/principal.js';
import { VouchError } from '../../errors.js';
import { Tenants } from '../../tenant/index.js';
import { localCommand, newCommand, type CommonOptions } from '../command.js';
import { onDatabase } from '../on-database.js';
import { kebab, wholeNumber } from '../options.js';
import { answer, fields, isolated, table } from '../output.js';

interface TenantOptions extends CommonOptions {
  readonly tenant: string;
}

interface CreateOptions extends TenantOptions {
  readonly roles: readonly Role[];
  readonly actor: string;
  readonly label: string;
  readonly days: number;
  readonly out?: string;
}

const MOST_DAYS = 3650;

/** `vouch api-key`: how the first key of an installation is made; later ones may be made over the contract. */
export function apiKeyCommand(): Command {
  return newCommand(
    'api-key',
    'make, list and revoke the keys of programs; works on the database, like migrate',
  )
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return localCommand('create', 'make a key; it is shown once')
    .requiredOption('--tenant <id>', 'the tenant')
    .requiredOption('--roles <roles>', 'what whoever has it may do, with commas', readRoles)
    .requiredOption('--actor <id>', 'in whose name it acts')
    .requiredOption('--label <text>', 'what it is for')
    .option('--days <days>', 'how long it lives', readDays, 365)
    .option('--out <path>', 'write the key to a new file that nobody else may read, instead of showing it')
    .action(async (options: CreateOptions) => {
      // First the file: a key that nobody gets would count all the same.
      const { apiKey, secret } = await intoNewFile(options.out, async (write) => {
        const made = await withKeys(options, (keys, principal) =>
          keys.create(principal, { ...options, actorId: options.actor }, randomUUID()),
        );
        await write(`${made.secret}\n`);
        return made;
      });
      const shown = options.out === undefined ? { secret: secret ?? '' } : {};
      const { keyId, expiresAt } = apiKey;
      const rows = fields([
        ['key', options.out ?? secret ?? ''],
        ['id', keyId],
        ['expires', expiresAt.toISOString()],
      ]);
      answer(options, { keyId, expiresAt, ...shown }, rows);
    });
}

/** Opens a new file that nobody else may read, for what `work` writes; where that fails, it is not there. */
async function intoNewFile<T>(
  path: string | undefined,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => Promise.resolve());
  const file = await open(path, 'wx', 0o600);
  try {
    return await work((text) => file.writeFile(text));
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
}

function listCommand(): Command {
  return localCommand('list', 'list the keys of a tenant, without the keys themselves')
    .requiredOption('--tenant <id>', 'the tenant')
    .action(async (options: TenantOptions) => {
      const all = await withKeys(options, (keys, principal) => keys.list(principal));
      const rows = all.map(({ keyId, prefix, label, roles, actorId, expiresAt, revokedAt, lastUsedOn }) => [
        keyId,
        prefix,
        roles.map(kebab).join(','),
        isolated(actorId),
        revokedAt === null ? expiresAt.toISOString().slice(0, 10) : 'revoked',
        lastUsedOn ?? 'never',
        isolated(label),
      ]);
      answer(options, all, table(['id', 'begins', 'roles', 'actor', 'until', 'used', 'for'], rows));
    });
}

function revokeCommand(): Command {
  return localCommand('revoke', 'end a key: within a second no process takes it any more')
    .argument('<id>', 'of the key')
    .requiredOption('--tenant <id>', 'the tenant')
    .action(async (keyId: string, options: TenantOptions) => {
      if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(keyId)) throw new VouchError('API_KEY_NOT_FOUND');
      await withKeys(options, (keys, principal) => keys.revoke(principal, keyId));
      answer(options, { keyId }, `revoked ${keyId}`);
    });
}

async function withKeys<T>(
  { tenant: tenantId }: TenantOptions,
  work: (keys: ApiKeys, principal: Principal) => Promise<T>,
): Promise<T> {
  return onDatabase(async ({ database, keyring, clock }) => {
    if (!(await new Tenants(database, keyring, clock).exists(tenantId)))
      throw new VouchError('TENANT_NOT_FOUND');
    const principal: Principal = { tenantId, role: 'ADMINISTRATOR', actorId: 'vouch command' };
    return work(new ApiKeys(database, keyring, clock), principal);
  });
}

function readRoles(text: string): readonly Role[] {
  return text.split(',').map((name) => {
    const role = roleNamed(name.trim());
    if (role === undefined) throw new InvalidArgumentError('Roles are like telephony,agent.');
    return role;
  });
}

function readDays(text: string): number {
  const days = wholeNumber(1)(text);
  if (days > MOST_DAYS) throw new InvalidArgumentError(`It is ${MOST_DAYS} at most.`);
  return days;
}
