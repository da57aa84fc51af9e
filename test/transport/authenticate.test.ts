import test from 'ava';
import type { ClientCertificate, ClientCertificates } from '../../src/access/index.js';
import { authenticateBy, type TrustedProxy } from '../../src/transport/index.js';
import { reasonOf } from '../helpers/reasons.js';

const certificate = (uri: string): ClientCertificate => ({
  uris: [uri],
  dnsNames: [],
  commonName: '',
  validUntil: new Date(8e15),
});
/** Whoever the certificate names. */
const certificates = {
  caller: ({ uris }: ClientCertificate) =>
    Promise.resolve({
      tenantId: 'acme',
      roles: ['TELEPHONY'],
      actorId: uris[0],
      authentication: 'CERTIFICATE',
    }),
} as unknown as ClientCertificates;
const FORWARDED = `Hash=${'0'.repeat(64)};URI=told`;

async function who(
  proxy: TrustedProxy | undefined,
  peer: string | undefined,
  own?: string,
  told = FORWARDED,
) {
  const authenticate = authenticateBy({ apiKeys: null, tokens: null, certificates, ...(proxy && { proxy }) });
  const metadata = (key: string) => (key === 'x-forwarded-client-cert' ? told : undefined);
  const asked = authenticate({
    metadata,
    peer,
    certificate: own === undefined ? undefined : certificate(own),
  });
  return asked.then(
    ({ actorId }) => actorId,
    () => reasonOf(asked),
  );
}

test('what a proxy says of a certificate counts from the loopback, where that is told so', async (t) => {
  for (const peer of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1'])
    t.is(await who('loopback', peer), 'told', peer);
  for (const peer of ['10.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '127.0.0.1.example', '', undefined])
    t.is(await who('loopback', peer), 'UNAUTHENTICATED', peer);
  t.is(await who('loopback', '10.0.0.1', 'own'), 'own', 'what others say counts nothing');
  t.is(await who(undefined, '127.0.0.1'), 'UNAUTHENTICATED');
  t.is(await who(undefined, '127.0.0.1', 'own'), 'own');
});

test('a proxy that tells of no certificate has none to show for others', async (t) => {
  const authenticate = authenticateBy({
    apiKeys: null,
    tokens: null,
    certificates,
    proxy: { name: 'spiffe://acme/envoy' },
  });
  const of = (uri: string) =>
    authenticate({ metadata: () => undefined, peer: '10.0.0.1', certificate: certificate(uri) });
  t.is(await reasonOf(of('spiffe://acme/envoy')), 'UNAUTHENTICATED');
  t.is((await of('own')).actorId, 'own');
});

test('or from whoever has the certificate of the proxy, from wherever', async (t) => {
  const proxy = { name: 'spiffe://acme/envoy' };
  t.is(await who(proxy, '10.0.0.1', 'spiffe://acme/envoy'), 'told');
  t.is(await who(proxy, '127.0.0.1', 'own'), 'own');
  t.is(await who(proxy, '127.0.0.1'), 'UNAUTHENTICATED');
  t.is(await who(proxy, '10.0.0.1', 'spiffe://acme/envoy', `${FORWARDED},${FORWARDED}`), 'UNAUTHENTICATED');
});
