import test from 'ava';
import type { Answer } from '../helpers/answer.js';
import { Served, vouch } from '../helpers/binary.js';

let served: Served;
test.before('a service of its own', async () => {
  served = await Served.start();
});
test.after.always('stop', async () => {
  await served.stop();
});

const tell = (...args: string[]) => vouch(['consent', ...args, '--address', served.address]);
const AS_OFFICER = ['--reference', 'file 12/26', '--role', 'privacy-officer'];
const UNTIL = '2100-01-01T00:00:00.000Z';

test('consent is put off, restricted, lifted and listed', async (t) => {
  const notNow = await tell(
    ...['not-now', 'kim', '--until', UNTIL, '--controller', 'Acme', '--jurisdiction', 'EU'],
  );
  t.is(notNow.stdout.trim(), `nobody asks before ${UNTIL}`, notNow.stderr);
  t.regex((await tell('restrict', 'kim', ...AS_OFFICER)).stdout, /^RESTRICTED since 2/);
  t.regex((await tell('object', 'kim', ...AS_OFFICER)).stdout, /^OBJECTED since .*\nRESTRICTED since /);
  const shown = (await tell('show', 'kim')).stdout;
  t.regex(shown, /^VERIFY +not in force \(not now since/m);
  t.regex(shown, /^OBJECTED since /m);
  for (const state of ['restricted', 'objected']) {
    t.is((await tell('lift', 'kim', '--state', state, ...AS_OFFICER)).code, 0);
  }
  const listed = await tell('list', 'kim', '--role', 'privacy-officer');
  t.deepEqual(listed.stdout.replaceAll(/ +/g, ' ').match(/consent-recorded|speaker-state-\w+ \w+/g), [
    'consent-recorded',
    'speaker-state-set restricted',
    'speaker-state-set objected',
    'speaker-state-lifted restricted',
    'speaker-state-lifted objected',
  ]);
  t.regex(listed.stdout, /verify: not-now; not before 2100/);
  const refused = await tell('list', 'kim', '--role', 'agent', '--json');
  t.is((JSON.parse(refused.stderr) as Answer).error.reason, 'ROLE_NOT_ALLOWED');
});
