import { createHash } from 'node:crypto';
import test from 'ava';
import { createLog, NEVER_LOGGED } from '../../src/observability/log.js';
import { Secrets } from '../helpers/secrets.js';

test('what names somebody is not written, even by whoever forgets: by itself, in what is logged, or in a list of it', (t) => {
  let text = '';
  const log = createLog({ level: 'info', destination: { write: (line) => void (text += line) } });
  t.true(NEVER_LOGGED.includes('claims') && NEVER_LOGGED.includes('speakerId'));
  for (const name of NEVER_LOGGED) {
    const named = { [name]: 'kim', kind: 'ACCEPT' };
    log.info({ ...named, call: named, others: [named, named] }, 'a word');
    t.notRegex(text, /kim/, name);
    t.is(text.split('ACCEPT').length, 5, 'the rest is');
    text = '';
  }
  log.info({ claims: [{ speakerId: 'kim' }], call: { claims: [{ who: 'kim' }] } }, 'a word');
  t.notRegex(text, /kim/);
});

test('a secret that is searched for is found however it is written', (t) => {
  const secrets = new Secrets();
  secrets.add('id', 'speaker "7" Zoë');
  secrets.addBytes('key', Buffer.from('00112233445566778899aabbccddeeff', 'hex'));
  secrets.addNumbers('score', [-0.812345678]);
  const written = (text: string) => secrets.foundIn(`{"before":1,${text},"after":2}`);
  t.deepEqual(written('"nothing":"speaker 7, 0.81"'), []);
  t.deepEqual(written(`"a":${JSON.stringify('of speaker "7" Zoë')}`), ['id (clear)']);
  t.deepEqual(written(encodeURIComponent('speaker "7" Zoë')), ['id (clear)']);
  t.deepEqual(written('SPEAKER "7" ZOË'), ['id (any case)']);
  for (const before of ['', 'x', 'xy']) {
    const whole = Buffer.from(`${before}speaker "7" Zoë, and more`);
    t.deepEqual(written(whole.toString('base64')), ['id (base64)'], before);
    t.deepEqual(written(whole.toString('base64url')), ['id (base64)'], before);
    t.deepEqual(written(whole.toString('hex').toUpperCase()), ['id (hex)'], before);
  }
  for (const name of ['md5', 'sha1', 'sha256', 'sha512']) {
    const hash = createHash(name).update('speaker "7" Zoë').digest();
    t.deepEqual(written(hash.toString('hex').slice(0, 16)), ['id (hash, hex)'], name);
    t.deepEqual(written(hash.toString('base64url')), ['id (hash, base64)'], name);
  }
  t.deepEqual(written('00112233445566778899AABBCCDDEEFF'), ['key 0 (hex)']);
  t.deepEqual(written('"score":0.81234567'), ['score (clear)', 'score (any case)']);
});
