import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import test from 'ava';
import { FileKeyring } from '../../src/crypto/index.js';
import { Tenants } from '../../src/tenant/index.js';
import { freshTenant } from '../helpers/database.js';
import { freshGround, newTenant, reasonOf } from '../helpers/tenant.js';

test('a tenant is made once; ensure is content with one that exists', async (t) => {
  const { tenants, officer } = await freshGround(t);
  t.is(await reasonOf(tenants.create(officer)), 'TENANT_EXISTS');
  t.false(await tenants.ensure(officer));
  t.true(await tenants.ensure({ ...officer, tenantId: 'another' }));
});

test('several processes may make tenants at once without losing keys', async (t) => {
  const { tenants, database, keyFile, clock } = await freshGround(t);
  const other = new Tenants(database, await FileKeyring.open(keyFile), clock);
  await Promise.all([tenants, other, tenants, other].map(newTenant));
  await t.notThrowsAsync(tenants.verifyKeys());
});

test('keys of an attempt that failed later are used by the next', async (t) => {
  const { tenants, keyring, officer } = await freshGround(t);
  await keyring.createTenantKeys('half made');
  await tenants.create({ ...officer, tenantId: 'half made' });
  await t.notThrowsAsync(tenants.verifyKeys());
});

test('a lost keyring is an error at start, and nothing is put in its place', async (t) => {
  const { database, keyFile, clock } = await freshGround(t);
  await rm(keyFile);
  const keyring = await FileKeyring.open(keyFile);
  const tenants = new Tenants(database, keyring, clock);
  t.is(await reasonOf(tenants.verifyKeys()), 'KEY_MISSING');
  t.is(await reasonOf(tenants.verifyKeys()), 'KEY_MISSING');
});

test('beside tenants whose keys are not there no tenant is made, and no keyring', async (t) => {
  const { database, keyFile, clock } = await freshGround(t);
  await rm(keyFile);
  const tenants = new Tenants(database, await FileKeyring.open(keyFile), clock);
  t.is(await reasonOf(newTenant(tenants)), 'KEY_MISSING');
  t.false(existsSync(keyFile));
});

test('another keyring is an error at start', async (t) => {
  const { database, keyFile, clock, officer } = await freshGround(t);
  await rm(keyFile);
  const keyring = await FileKeyring.open(keyFile);
  await keyring.createTenantKeys(officer.tenantId);
  t.is(await reasonOf(new Tenants(database, keyring, clock).verifyKeys()), 'KEY_WRONG');
});

test('a tenant without keys is an error at start', async (t) => {
  const { database, tenants } = await freshGround(t);
  await freshTenant(database);
  t.is(await reasonOf(tenants.verifyKeys()), 'KEY_MISSING');
});
