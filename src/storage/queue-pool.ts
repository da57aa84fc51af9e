import pg from 'pg';

/**
 * Connections in the role that owns the job queue. It belongs to the session, since the queue's own statements know of no
 * role: behind a pooler this needs one that gives out sessions. Without a tenant, every statement on tenants' rows fails.
 */
export function queuePool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    application_name: 'vouch jobs',
    options: '-c role=vouch_service',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
