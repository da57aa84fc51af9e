import { X509Certificate } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import test from 'ava';
import { diagnose } from '../../src/cli/doctor/diagnose.js';
import { Role } from '../../src/gen/vouch/v1/common.js';
import { authenticatedServiceOfFile, clientsFile, IVR, newKey } from '../helpers/authenticated.js';
import { bearer, clientsWith } from '../helpers/bearer.js';
import { vouch } from '../helpers/binary.js';
import { PCM } from '../helpers/caller.js';
import { TestStream } from '../helpers/test-stream.js';

const world = authenticatedServiceOfFile();

test.serial(
  'the file of clients is read again when it changes, and a broken one changes nothing',
  async (t) => {
    const pair = await world().authority.issue('ivr', `URI:${IVR}`);
    const { admin } = clientsWith(world().channel(t, pair), {});
    const becomes = async (expected: readonly Role[]) => {
      for (const deadline = Date.now() + 5000; Date.now() < deadline;) {
        if (JSON.stringify((await admin.getPrincipal({})).roles) === JSON.stringify(expected)) return true;
      }
      return false;
    };
    await writeFile(world().file('clients.json'), clientsFile(['telephony', 'agent']));
    t.true(await becomes([Role.TELEPHONY, Role.AGENT]));
    await writeFile(world().file('clients.json'), clientsFile(['boss']));
    await new Promise((later) => setTimeout(later, 1500));
    t.true(await becomes([Role.TELEPHONY, Role.AGENT]));
    await writeFile(world().file('clients.json'), clientsFile(['telephony']));
    t.true(await becomes([Role.TELEPHONY]));
  },
);

/** The serial number of the certificate that a new connection is shown. */
async function serialShown(address: string): Promise<string> {
  const [host, port] = address.split(':');
  return new Promise((done, failed) => {
    const socket = connect(
      { host, port: Number(port), ca: world().ca, ALPNProtocols: ['h2', 'http/1.1'] },
      () => {
        done(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.on('error', failed);
  });
}

test.serial('doctor knows a service by its certificate, where metrics are off', async (t) => {
  const { address, httpAddress } = world().service;
  const addresses = async (certificate: string) => {
    const environment = {
      VOUCH_ADDRESS: address,
      VOUCH_HTTP_ADDRESS: httpAddress,
      VOUCH_METRICS_ADDRESS: 'off',
      VOUCH_API_KEYS: 'on',
      VOUCH_TLS_CERT_FILE: world().file(`${certificate}.crt`),
      VOUCH_TLS_KEY_FILE: world().file(`${certificate}.key`),
    };
    const findings = await diagnose({ environment, only: ['addresses'] });
    return findings.filter(({ about }) => about === 'addresses').map(({ status, found }) => [status, found]);
  };
  t.deepEqual(await addresses('server'), [
    ['ok', `${address} (VOUCH_ADDRESS) is served.`],
    ['ok', `${httpAddress} (VOUCH_HTTP_ADDRESS) is served.`],
  ]);
  await world().authority.issue('stranger', 'DNS:localhost,IP:127.0.0.1');
  t.deepEqual(
    (await addresses('stranger')).map(([status]) => status),
    ['fail', 'fail'],
  );
});

test.serial('a new certificate counts for new connections, and streams go on over the old', async (t) => {
  t.timeout(30_000);
  const administrator = await world().administrator(t);
  const { address, httpAddress } = world().service;
  const { secret } = await newKey(administrator, [Role.TELEPHONY], 'ivr');
  const callId = 'across certificates';
  const stream = new TestStream(bearer(world().channel(t), secret).verification, callId);
  await stream.send({ $case: 'start', value: { callId, format: PCM } });
  await stream.event('started');
  const before = await serialShown(address);
  // As secrets are mounted: written aside, then put in their place, the one after the other.
  const { key, cert } = await world().authority.issue('next', 'DNS:localhost,IP:127.0.0.1');
  await writeFile(world().file('new.key'), key);
  await writeFile(world().file('new.crt'), cert);
  await rename(world().file('new.key'), world().file('server.key'));
  await new Promise((later) => setTimeout(later, 6000));
  t.is(await serialShown(address), before, 'a key without its certificate is no use');
  await rename(world().file('new.crt'), world().file('server.crt'));
  const expected = new X509Certificate(cert).serialNumber;
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    if ((await serialShown(address)) === expected) break;
    await new Promise((later) => setTimeout(later, 200));
  }
  t.is(await serialShown(address), expected);
  t.is(await serialShown(httpAddress), expected);
  await stream.audio(Buffer.alloc(3200));
  t.is(await stream.end(), null, 'the stream went on');
});

test.serial('the command makes, lists and revokes keys, and asks with one from a file', async (t) => {
  t.timeout(60_000);
  const path = world().file('officer.key');
  const args = ['--roles', 'privacy-officer,auditor', '--actor', 'kim', '--label', 'console', '--out', path];
  const made = await world().apiKey('create', ...args);
  const secret = (await readFile(path, 'utf8')).trim();
  t.false(made.stdout.includes(secret));
  t.is((await stat(path)).mode & 0o777, 0o600);
  const again = await world().apiKey('create', ...args);
  t.is(again.code, 1, 'no file is overwritten');
  const listed = await world().apiKey('list');
  t.regex(listed.stdout, /vouch_key_\S{6} +privacy-officer,auditor +kim +\d{4}-\d\d-\d\d +never +console/);
  const { address } = world().service;
  const ask = (...how: readonly string[]) => vouch(['speakers', 'list', '--address', address, ...how]);
  const ca = ['--ca', world().file('ca.crt')];
  t.is((await ask(...ca, '--token-file', path)).code, 0);
  t.regex((await ask(...ca)).stderr, /not known/);
  await world().authority.issue('ivr', `URI:${IVR}`);
  const certificate = ['--cert', world().file('ivr.crt'), '--key', world().file('ivr.key')];
  t.regex((await ask(...ca, ...certificate)).stderr, /role may not/);
  const inClear = await vouch(['speakers', 'list', '--address', 'vouch.example:1', '--token-file', path]);
  t.regex(inClear.stderr, /must not cross a network in clear/);
  const prefix = secret.slice(0, 16);
  const keyId = new RegExp(`^(?<id>\\S+) +${prefix}`, 'm').exec(listed.stdout)!.groups!['id']!;
  t.is((await world().apiKey('revoke', keyId)).code, 0);
  await new Promise((later) => setTimeout(later, 1100));
  t.regex((await ask(...ca, '--token-file', path)).stderr, /revoked/);
  t.regex((await world().apiKey('list')).stdout, /kim +revoked/);
});
