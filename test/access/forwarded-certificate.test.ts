import { X509Certificate } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { clientCertificate, forwardedCertificate } from '../../src/access/index.js';
import { openDirectory } from '../helpers/binary.js';
import { Authority } from '../helpers/certificates.js';

const HASH = `Hash=${'ab'.repeat(32)}`;
const name = fc.stringMatching(/^[\w.:/-]{1,40}$/);
const common = fc.stringMatching(/^[A-Za-z][\w .:/-]{0,30}$/);

/** As Envoy writes it. */
function written(uris: readonly string[], dnsNames: readonly string[], subject: string): string {
  const quoted = `Subject="${subject.replaceAll(/["\\]/g, '\\$&')}"`;
  return [HASH, quoted, ...uris.map((uri) => `URI=${uri}`), ...dnsNames.map((dns) => `DNS=${dns}`)].join(';');
}

test('what Envoy writes is read again', (t) => {
  fc.assert(
    fc.property(fc.array(name), fc.array(name), common, (uris, dnsNames, commonName) => {
      const read = forwardedCertificate(written(uris, dnsNames, `OU=a,CN=${commonName},O=Acme`));
      t.like(read, { uris, dnsNames, commonName });
    }),
  );
});

test('no name passes for another, whatever stands in a subject', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = forwardedCertificate(written(['spiffe://a/b'], [], text));
      t.deepEqual(read?.uris, ['spiffe://a/b']);
      t.deepEqual(read?.dnsNames, []);
    }),
  );
  for (const subject of ['CN=a,CN=b', 'CN=a\\,CN\\=b', 'O=x+CN=a,CN=b', 'O="CN=a"', 'CN=a=b', 'OU=x\\, CN=a'])
    t.is(forwardedCertificate(written([], [], subject))?.commonName, '', subject);
});

test('two certificates, or anything else, are none', (t) => {
  const one = written(['spiffe://a/b'], ['x.example'], 'CN=a');
  t.truthy(forwardedCertificate(one));
  for (const bad of [
    `${one},${one}`,
    `${one}, ${one}`,
    `${one};${one}`,
    `${one};`,
    `,${one}`,
    `${HASH};Subject="CN=a`,
    one.replace(HASH, 'By=x'),
    `${one};Cert=`.replace('Cert=', 'Cert=%zz'),
    `${one};Cert=nonsense`,
    `${one};Cert=a;Cert=b`,
    '',
  ])
    t.is(forwardedCertificate(bad), null, bad);
  fc.assert(
    fc.property(fc.string(), (text) => {
      t.notThrows(() => forwardedCertificate(text));
      t.is(forwardedCertificate(`${one},${text}`), null);
    }),
  );
});

test('a whole certificate counts alone, and says what it says on the wire', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const { cert } = await (
    await Authority.make(path)
  ).issue('ivr', 'URI:spiffe://a/b;URI=spiffe://a/c,DNS:x.example');
  const encoded = encodeURIComponent(cert.toString());
  const expected = clientCertificate(new X509Certificate(cert).raw);
  t.deepEqual(expected.uris, ['spiffe://a/b;URI=spiffe://a/c']);
  t.deepEqual(forwardedCertificate(`${HASH};Cert="${encoded}";URI=spiffe://a/b;URI=spiffe://a/c`), expected);
});
