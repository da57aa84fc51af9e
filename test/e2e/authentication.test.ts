import { X509Certificate } from 'node:crypto';
import { access, mkdtemp } from 'node:fs/promises';
import test from 'ava';
import { Status } from 'nice-grpc';
import { Authentication } from '../../src/gen/vouch/v1/admin.js';
import { Role } from '../../src/gen/vouch/v1/common.js';
import { authenticatedServiceOfFile, IVR, newKey } from '../helpers/authenticated.js';
import { askHttps, bearer, clientsWith, type BearerClients } from '../helpers/bearer.js';
import { PCM } from '../helpers/caller.js';
import { Authority } from '../helpers/certificates.js';
import { collect } from '../helpers/collect.js';
import { halfRequests } from '../helpers/half-request.js';
import { isRefused } from '../helpers/refusal.js';
import { failure, TestStream } from '../helpers/test-stream.js';

const world = authenticatedServiceOfFile();
const unknown = { reason: 'UNAUTHENTICATED', code: Status.UNAUTHENTICATED } as const;
const ended = { reason: 'CREDENTIALS_ENDED', code: Status.UNAUTHENTICATED } as const;

test.serial(
  'a caller is known by key, token or certificate, and what they say of themselves counts nothing',
  async (t) => {
    const administrator = await world().administrator(t);
    const { secret } = await newKey(administrator, [Role.SUPERVISOR, Role.TELEPHONY], 'desktop');
    const token = await world().provider.token({ sub: 'ann', roles: ['agent'] });
    const pair = await world().authority.issue('ivr', `URI:${IVR}`);
    const lies = { 'vouch-tenant': 'other', 'vouch-role': 'administrator', 'vouch-actor': 'mallory' };
    const plain = world().channel(t);
    const callers: [BearerClients, object][] = [
      [
        clientsWith(plain, { ...lies, authorization: `Bearer ${secret}` }),
        {
          roles: [Role.SUPERVISOR, Role.TELEPHONY],
          actorId: 'desktop',
          authentication: Authentication.API_KEY,
        },
      ],
      [
        clientsWith(plain, { ...lies, authorization: `bearer ${token}` }),
        { roles: [Role.AGENT], actorId: 'ann', authentication: Authentication.TOKEN },
      ],
      [
        clientsWith(world().channel(t, pair), lies),
        { roles: [Role.TELEPHONY], actorId: 'ivr', authentication: Authentication.CERTIFICATE },
      ],
    ];
    for (const [{ admin }, expected] of callers)
      t.like(await admin.getPrincipal({}), { tenantId: 'acme', ...expected });
  },
);

test.serial('without any, or with one that does not count, nobody is let in', async (t) => {
  const plain = world().channel(t);
  const elsewhere = await Authority.make(await mkdtemp(world().file('elsewhere-')));
  const forged = await elsewhere.issue('ivr', `URI:${IVR}`);
  const stranger = await world().authority.issue('stranger', 'URI:spiffe://acme.example/other');
  const good = await world().authority.issue('ivr', `URI:${IVR}`);
  const spoofed = { 'vouch-client-certificate-bin': new X509Certificate(good.cert).raw };
  for (const { admin } of Object.values({
    nothing: clientsWith(plain, {}),
    'what only the loopback may say': clientsWith(plain, {
      'vouch-tenant': 'acme',
      'vouch-role': 'administrator',
    }),
    'a key that there is not': bearer(plain, `vouch_key_${'A'.repeat(43)}`),
    'no token': bearer(plain, 'x.y.z'),
    'another scheme': clientsWith(plain, { authorization: 'Basic YTpi' }),
    'an empty one': clientsWith(plain, { authorization: 'Bearer ' }),
    "another authority's certificate": clientsWith(world().channel(t, forged), {}),
    'a certificate of nobody': clientsWith(world().channel(t, stranger), {}),
    'a certificate in the metadata': clientsWith(plain, spoofed),
    'a bad key beside a certificate': bearer(world().channel(t, good), `vouch_key_${'A'.repeat(43)}`),
  }))
    isRefused(t, await failure(admin.getPrincipal({})), unknown);
});

test.serial('whoever is not known is refused before what they send is read', async (t) => {
  const MIB = 2 ** 20;
  const statuses = await halfRequests(`https://${world().service.address}`, {
    ca: world().ca,
    path: '/vouch.v1.AdminService/GetPrincipal',
    count: 20,
    bytes: 2 * MIB,
    sentBytes: MIB / 4,
  });
  t.deepEqual(new Set(statuses), new Set([String(Status.UNAUTHENTICATED)]));
});

test.serial('HTTP speaks TLS with the same certificate, and takes keys and tokens', async (t) => {
  const administrator = await world().administrator(t);
  const { httpAddress } = world().service;
  const ask = (headers: Readonly<Record<string, string>>) =>
    askHttps(httpAddress, world().ca, 'AdminService/GetPrincipal', headers);
  const { secret } = await newKey(administrator, [Role.SUPERVISOR], 'checker');
  const { status, body } = await ask({ authorization: `Bearer ${secret}` });
  t.is(status, 200);
  t.like(JSON.parse(body), { tenantId: 'acme', actorId: 'checker', roles: ['ROLE_SUPERVISOR'] });
  t.is((await ask({ authorization: `Bearer ${await world().provider.token()}` })).status, 200);
  for (const bad of [{}, { 'vouch-role': 'administrator' }, { authorization: 'Bearer x.y.z' }])
    t.is((await ask(bad)).status, 401);
});

test.serial('nobody reaches another tenant, whatever they are there', async (t) => {
  const administrator = await world().administrator(t);
  const foreign = bearer(
    world().channel(t),
    await world().provider.token({ tenant: 'other', roles: ['administrator'] }),
  );
  const { keyId } = await newKey(administrator, [Role.TELEPHONY], 'desktop');
  t.deepEqual((await foreign.admin.listApiKeys({})).apiKeys, []);
  isRefused(t, await failure(foreign.admin.revokeApiKey({ keyId })), {
    reason: 'API_KEY_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
  const nowhere = bearer(world().channel(t), await world().provider.token({ tenant: 'nowhere' }));
  isRefused(t, await failure(nowhere.admin.getPrincipal({})), unknown);
});

test.serial('making and revoking keys is recorded, and no key stands in the trail', async (t) => {
  const administrator = await world().administrator(t);
  const { secret, keyId } = await newKey(administrator, [Role.TELEPHONY], 'desktop');
  await administrator.admin.revokeApiKey({ keyId });
  await administrator.admin.revokeApiKey({ keyId });
  const auditor = bearer(world().channel(t), await world().provider.token({ roles: ['auditor'] }));
  const { entries } = await auditor.admin.listAuditEntries({ pageSize: 1000 });
  const about = entries.filter(({ detailsJson }) => detailsJson.includes(keyId));
  t.deepEqual(
    about.map(({ type, actorId, onBehalfOf }) => [type, actorId, onBehalfOf]),
    [
      ['API_KEY_REVOKED', 'ops', ''],
      ['API_KEY_CREATED', 'ops', 'desktop'],
    ],
  );
  t.false(JSON.stringify(entries).includes(secret.slice(20)));
});

test.serial('nobody makes a key that may do more than they may', async (t) => {
  const { admin } = await world().administrator(t);
  for (const role of [Role.AUDITOR, Role.PRIVACY_OFFICER, Role.AGENT]) {
    const asked = { label: 'test', roles: [Role.SUPERVISOR, role], actorId: 'ops', idempotencyKey: 'more' };
    isRefused(t, await failure(admin.createApiKey(asked)), {
      reason: 'ROLE_NOT_ALLOWED',
      code: Status.PERMISSION_DENIED,
      field: 'roles',
    });
  }
});

test.serial('a key that cannot be made leaves no file', async (t) => {
  const path = world().file('never.key');
  const asked = ['--roles', 'telephony', '--actor', '', '--label', 'test', '--out', path];
  const { code, stderr } = await world().apiKey('create', ...asked);
  t.not(code, 0);
  t.regex(stderr, /ID_INVALID/);
  await t.throwsAsync(access(path), { code: 'ENOENT' });
});

test.serial('a key that is revoked loses its live streams, and another key takes the call up', async (t) => {
  const administrator = await world().administrator(t);
  const [first, second] = [
    await newKey(administrator, [Role.TELEPHONY], 'ivr'),
    await newKey(administrator, [Role.TELEPHONY], 'ivr'),
  ];
  const plain = world().channel(t);
  const callId = 'of a key';
  const start = { callId, format: PCM };
  const stream = new TestStream(bearer(plain, first.secret).verification, callId);
  await stream.send({ $case: 'start', value: start });
  const { resumeToken } = await stream.event('started');
  const watching = failure(collect(bearer(plain, first.secret).verification.watchCall({ callId })));
  const other = bearer(plain, second.secret).verification;
  const going = new AbortController();
  const staying = failure(collect(other.watchCall({ callId }, { signal: going.signal }))).catch(() => 'left');
  await administrator.admin.revokeApiKey({ keyId: first.keyId });
  isRefused(t, await stream.over, ended);
  isRefused(t, await watching, ended);
  const again = new TestStream(other, callId);
  await again.send({ $case: 'start', value: { ...start, resumeToken } });
  t.is((await again.event('started')).streamNumber, 2);
  t.is(await again.end(), null);
  going.abort();
  await staying;
});

test.serial('a token that expires loses its live streams', async (t) => {
  const token = await world().provider.token({
    exp: Math.floor(Date.now() / 1000) - 27,
    roles: ['telephony'],
  });
  const callId = 'of a token';
  const stream = new TestStream(bearer(world().channel(t), token).verification, callId);
  await stream.send({ $case: 'start', value: { callId, format: PCM } });
  await stream.event('started');
  isRefused(t, await stream.over, ended);
});

test.serial(
  'a certificate that the proxy tells of counts as one of the connection, over HTTP as well',
  async (t) => {
    const told = { 'x-forwarded-client-cert': `Hash=${'0'.repeat(64)};Subject="CN=ivr";URI=${IVR}` };
    const expected = { tenantId: 'acme', actorId: 'ivr' };
    t.like(await clientsWith(world().channel(t), told).admin.getPrincipal({}), expected);
    const { status, body } = await askHttps(
      world().service.httpAddress,
      world().ca,
      'AdminService/GetPrincipal',
      told,
    );
    t.is(status, 200);
    t.like(JSON.parse(body), {
      ...expected,
      roles: ['ROLE_TELEPHONY'],
      authentication: 'AUTHENTICATION_CERTIFICATE',
    });
    const two = { 'x-forwarded-client-cert': `${told['x-forwarded-client-cert']},Hash=0` };
    isRefused(t, await failure(clientsWith(world().channel(t), two).admin.getPrincipal({})), unknown);
  },
);

test.serial('whoever tries key after key is told to wait, and a good key from there passes', async (t) => {
  const plain = world().channel(t);
  const { admin } = bearer(plain, 'vouch_key_nonsense');
  let refused = await failure(admin.getPrincipal({}));
  for (let i = 0; i < 100; i++) refused = await failure(admin.getPrincipal({}));
  isRefused(t, refused, { reason: 'TOO_MANY_BAD_CREDENTIALS', code: Status.RESOURCE_EXHAUSTED });
  const { httpAddress } = world().service;
  const authorization = 'Bearer vouch_key_nonsense';
  t.is((await askHttps(httpAddress, world().ca, 'AdminService/GetPrincipal', { authorization })).status, 429);
  const token = await world().provider.token({ roles: ['auditor'] });
  t.is((await bearer(plain, token).admin.getPrincipal({})).tenantId, 'acme');
});
