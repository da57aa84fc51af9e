/** The database: connection, tenants' transactions, and every SQL statement of the service. */
export { Database, type DatabaseOptions } from './database.js';
export type { SqlValue, Transaction } from './transaction.js';
export { listMigrations, migrate } from './migrate.js';
export { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded.js';
export { actorOf, type Actor } from './actors.js';
export { createTenant, listTenants, tenantExists } from './tenants.js';
