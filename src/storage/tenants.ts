import { VouchError } from '../errors.js';
import type { Database } from './database.js';
import type { Transaction } from './transaction.js';

/**
 * Adds a tenant.
 *
 * @param createdBy the acting person or system, at most 256 bytes
 * @throws VouchError TENANT_EXISTS
 */
export async function createTenant(database: Database, tenantId: string, createdBy: string): Promise<void> {
  await database.tenant(tenantId, (tx) => insertTenant(tx, createdBy));
}

/** Adds the transaction's tenant. Throws TENANT_EXISTS. */
export async function insertTenant(tx: Transaction, createdBy: string): Promise<void> {
  const rows = await tx.query(
    'INSERT INTO tenants (created_by) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1',
    [createdBy],
  );
  if (rows.length === 0) throw new VouchError('TENANT_EXISTS');
}

/** Lets one process at a time change the keyring, until the transaction ends: they share it. */
export async function lockKeyring(tx: Transaction): Promise<void> {
  // Any number that nothing else locks: `keys` in ASCII.
  await tx.query('SELECT pg_advisory_xact_lock($1)', [0x6b657973]);
}

/** Whether the transaction's tenant exists. */
export async function tenantExists(tx: Transaction): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM tenants WHERE tenant_id = $1', [tx.tenantId]);
  return rows.length > 0;
}

/** The ids of all tenants, for work that goes round them; in a transaction of the system. */
export async function listTenants(tx: Transaction): Promise<string[]> {
  const rows = await tx.query<{ tenant_id: string }>('SELECT tenant_id FROM tenants ORDER BY tenant_id');
  return rows.map((row) => row.tenant_id);
}
