import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FileKeyring, type Keyring } from '../../src/crypto/index.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Principal } from '../../src/domain/principal.js';
import { VouchError } from '../../src/errors.js';
import type { Database } from '../../src/storage/index.js';
import { DEFAULT_POLICY, Tenants } from '../../src/tenant/index.js';
import { freshDatabase } from './database.js';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 5, 1, 9);

  now(): Date {
    return new Date(this.#now);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** The time some milliseconds from now; negative: ago. */
  in(milliseconds: number): Date {
    return new Date(this.#now + milliseconds);
  }
}

export interface Ground {
  readonly url: string;
  readonly database: Database;
  readonly keyring: Keyring;
  readonly keyFile: string;
  readonly clock: TestClock;
  readonly tenants: Tenants;
  /** The privacy officer of a tenant that was just made. */
  readonly officer: Principal;
}

/** The privacy officer of a new tenant. */
export async function newTenant(tenants: Tenants): Promise<Principal> {
  const tenantId = `tenant-${randomBytes(4).toString('hex')}`;
  const officer: Principal = { tenantId, role: 'PRIVACY_OFFICER', actorId: 'officer@acme.example' };
  await tenants.create(officer, DEFAULT_POLICY);
  return officer;
}

/** A database and a keyring of the test's own, with one tenant; gone after the test. */
export async function freshGround(t: ExecutionContext): Promise<Ground> {
  const { url, database } = await freshDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'vouch-keys-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const keyFile = join(folder, 'keyring.json');
  const keyring = await FileKeyring.open(keyFile);
  const clock = new TestClock();
  const tenants = new Tenants(database, keyring, clock);
  return { url, database, keyring, keyFile, clock, tenants, officer: await newTenant(tenants) };
}

/** The reason that a promise fails with, or `none`. */
export async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof VouchError ? error.reason : String(error);
  }
}
