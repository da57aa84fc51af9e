import test from 'ava';
import { vouch } from '../helpers/binary.js';

test('mistakes in the options are found before anybody is asked', async (t) => {
  for (const args of [
    ['nonsense'],
    ['verify', 'x.wav'],
    ['consent', 'record', 'x', '--ground', 'whim'],
    ['verify'],
  ]) {
    const { code, stdout, stderr } = await vouch([...args, '--json']);
    t.is(code, 1, args.join(' '));
    t.is(stdout, '');
    t.is((JSON.parse(stderr) as { error: { reason: string } }).error.reason, 'USAGE');
  }
});

test('a service that is not there is told in one sentence', async (t) => {
  const { code, stderr } = await vouch(['speakers', 'list', '--address', '127.0.0.1:1']);
  t.is(code, 1);
  t.is(stderr, 'error: The service cannot be reached: is it running at this --address?\n');
});

test('help tells every command', async (t) => {
  const { code, stdout } = await vouch(['--help']);
  t.is(code, 0);
  for (const command of ['serve', 'demo', 'migrate', 'tenant', 'consent', 'enrol', 'verify', 'watch']) {
    t.regex(stdout, new RegExp(`^ {2}${command} `, 'm'));
  }
});
