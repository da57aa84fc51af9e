import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listMigrations, migrate } from '../../src/storage/index.js';
import { TENANT_POLICY } from './policy.js';
import { startService } from './ground.js';
import type { TestTenant } from './caller.js';
import type { DebianPostgres } from './debian-postgres.js';

/** Of every stored installation. */
export const STORED = {
  tenantId: 'stored-tenant',
  enrolled: 'allison_en',
  optedOut: 'stored-opted-out',
  erased: 'stored-erased',
  callId: 'stored-call',
} as const;

/**
 * Writes an installation of the software as it is: a dump of its database and its keyring, in a folder named after the
 * newest migration. To be run when a migration was added; what was stored before is never made again.
 */
export async function storeInstallation(postgres: DebianPostgres, folder: string): Promise<void> {
  const url = await postgres.create('stored');
  await migrate(url);
  const service = await startService({ DATABASE_URL: url, VOUCH_KEYRING_FILE: join(folder, 'keyring.json') });
  const { tenantId } = STORED;
  const principal = { tenantId, role: 'ADMINISTRATOR', actorId: 'test' } as const;
  const enrolment = { ...TENANT_POLICY.enrolment, waitingPeriodMs: 0 };
  await service.service.tenants.create(principal, { ...TENANT_POLICY, enrolment });
  await live(service.tenantOf(tenantId));
  await service.stop();
  await writeFile(
    join(folder, 'dump.sql.gz'),
    gzipSync(await readFile(await postgres.dump(url)), { level: 9 }),
  );
}

/** The name that such a folder has for the software as it is. */
export async function newestMigration(): Promise<string> {
  return (await listMigrations()).at(-1) ?? '';
}

/** Some of all that an installation comes to hold. */
async function live(tenant: TestTenant): Promise<void> {
  await tenant.publishNotice();
  await tenant.enrol(STORED.enrolled);
  await tenant.grant(STORED.optedOut);
  await tenant.optOut(STORED.optedOut);
  await tenant.grant(STORED.erased);
  await tenant.consent.eraseSpeaker({ speakerId: STORED.erased, idempotencyKey: randomUUID() });
  const call = tenant.open([STORED.enrolled], { callId: STORED.callId });
  await call.speech(`${STORED.enrolled}/call-1.wav`);
  await call.end();
}
