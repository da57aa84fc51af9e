import type pg from 'pg';
import { VouchError } from '../errors.js';
import { listMigrations } from './migrate.js';
import type { Transaction } from './transaction.js';

/**
 * Checks that the roles which the service acts as exist, that the login may act as them, and that row-level security
 * binds them: no superuser, no BYPASSRLS, no membership in such a role or in the owner of a table.
 *
 * @throws VouchError DATABASE_NOT_MIGRATED, DATABASE_ROLE_UNSAFE
 */
export async function checkRoles(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ rolname: string; usable: boolean; unsafe: boolean; owner: boolean }>(`
    SELECT rolname, pg_has_role(oid, 'MEMBER') AS usable,
      EXISTS (SELECT FROM pg_roles other
        WHERE (other.rolsuper OR other.rolbypassrls) AND pg_has_role(service.oid, other.oid, 'MEMBER')) AS unsafe,
      EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'vouch' AND c.relkind IN ('r', 'p', 'v')
          AND pg_has_role(service.oid, c.relowner, 'MEMBER')) AS owner
    FROM pg_roles service WHERE rolname IN ('vouch_service', 'vouch_system')`);
  if (rows.length < 2) throw new VouchError('DATABASE_NOT_MIGRATED');
  for (const role of rows) {
    if (role.unsafe)
      throw unsafe(role.rolname, 'is, or is member of, a role that row-level security does not bind');
    if (role.owner) throw unsafe(role.rolname, 'owns a table, or is member of its owner');
    if (!role.usable) throw unsafe(role.rolname, 'is not granted to the login of the service');
  }
}

function unsafe(role: string, why: string): VouchError {
  return new VouchError('DATABASE_ROLE_UNSAFE', { message: `The role ${role} ${why}.`, metadata: { role } });
}

/**
 * Checks that every migration of this version was run. A database ahead of the code passes: while versions are rolled
 * out, the older one still runs.
 *
 * @throws VouchError DATABASE_NOT_MIGRATED
 */
export async function checkMigrations(tx: Transaction): Promise<void> {
  const [exists] = await tx.query<{ yes: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'vouch' AND c.relname = 'migrations') AS yes`,
  );
  if (exists?.yes !== true) throw new VouchError('DATABASE_NOT_MIGRATED');
  const rows = await tx.query<{ name: string }>('SELECT name FROM migrations');
  const done = new Set(rows.map((row) => row.name));
  const missing = (await listMigrations()).filter((name) => !done.has(name));
  if (missing.length > 0) {
    throw new VouchError('DATABASE_NOT_MIGRATED', { metadata: { missing: missing.join(' ') } });
  }
}
