import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Answer } from '../helpers/answer.js';
import { openDirectory, Served, vouch } from '../helpers/binary.js';

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

test('notices are listed, and shown as people are given them', async (t) => {
  const directory = await openDirectory();
  t.teardown(() => directory.remove());
  const file = join(directory.path, 'notice.txt');
  await writeFile(file, 'We would like to recognise you by your voice.');
  const notice = (...args: string[]) => vouch(['notice', ...args, '--address', served.address]);
  const common = ['--text-file', file, '--controller', 'Acme', '--retention-days', '365'];
  const wording = ['--language', 'en-GB', '--channel', 'agent-script'];
  t.is((await notice('publish', '--id', 'voice', ...wording, ...common)).code, 0);
  t.regex((await notice('list')).stdout, /voice@1 +en-GB +AGENT_SCRIPT +20\S+ +365 days/);
  const shown = (await notice('show', 'voice', ...wording)).stdout;
  t.regex(shown, /asks for +VERIFY\n[^]*\n\nWe would like to recognise you by your voice\.\n$/);
  t.is((await notice('show', 'voice', '--language', 'fr')).stdout, 'no such wording\n');
  t.regex((await notice('show', 'no-such')).stderr, /NOTICE_NOT_FOUND/);
});
