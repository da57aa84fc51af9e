import test from 'ava';
import { developmentPrincipal } from '../../src/transport/index.js';
import { reasonOf } from '../helpers/reasons.js';

const authenticate = developmentPrincipal('development', (tenantId) =>
  Promise.resolve(['development', 'acme'].includes(tenantId)),
);
const principalOf = (metadata: Readonly<Record<string, string>>) =>
  authenticate({ metadata: (key) => metadata[key] });

test('without metadata it is the administrator of the development tenant', async (t) => {
  t.deepEqual(await principalOf({}), {
    tenantId: 'development',
    roles: ['ADMINISTRATOR'],
    actorId: 'development',
    authentication: 'DEVELOPMENT',
  });
});

test('metadata say tenant, role and actor', async (t) => {
  const metadata = { 'vouch-tenant': 'acme', 'vouch-role': 'privacy-officer', 'vouch-actor': 'kim' };
  t.like(await principalOf(metadata), { tenantId: 'acme', roles: ['PRIVACY_OFFICER'], actorId: 'kim' });
  const several = await principalOf({ ...metadata, 'vouch-role': 'agent, supervisor' });
  t.deepEqual(several.roles, ['AGENT', 'SUPERVISOR']);
});

test('a role that is misspelt is nobody, and never the one that may do everything', async (t) => {
  for (const role of ['agnet', '', 'UNSPECIFIED', 'agent,', 'agent,all']) {
    t.is(await reasonOf(principalOf({ 'vouch-role': role })), 'UNAUTHENTICATED', role);
  }
});

test('ids are checked, and the tenant must be there', async (t) => {
  t.is(await reasonOf(principalOf({ 'vouch-tenant': '' })), 'ID_INVALID');
  t.is(await reasonOf(principalOf({ 'vouch-actor': 'a\u0000b' })), 'ID_INVALID');
  t.is(await reasonOf(principalOf({ 'vouch-tenant': 'elsewhere' })), 'TENANT_NOT_FOUND');
});
