import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Answer } from '../helpers/answer.js';
import { openDirectory, Served, vouch } from '../helpers/binary.js';

const directory = await openDirectory();

let served: Served;
test.before('a service of its own', async () => {
  served = await Served.start();
});
test.after.always('stop', async () => {
  await served.stop();
  await directory.remove();
});

const tell = (...args: string[]) => vouch([...args, '--address', served.address]);

async function ask(...args: string[]): Promise<{ code: number | null; json: Answer }> {
  const { code, stdout, stderr } = await tell(...args, '--json');
  return { code, json: JSON.parse(code === 1 ? stderr : stdout) as Answer };
}

test.serial('a policy is shown, changed field by field, and has a history', async (t) => {
  const set = (...args: string[]) => ask('policy', 'set', '--reason', 'trial', ...args);
  const changed = await set('--set', 'shadow=true', '--set', 'nextActions.reject=step-up');
  t.is(changed.code, 0);
  t.like(changed.json.reference, { id: 'default', version: 2 });
  const shown = await ask('policy', 'show');
  const file = join(directory.path, 'policy.json');
  await writeFile(file, JSON.stringify(shown.json));
  t.is((await set('--file', file, '--set', 'enrolment.waitingPeriodMs=1000')).json.reference.version, 3);
  const { stdout } = await tell('policy', 'show');
  t.regex(stdout, /^shadow +true$/m);
  t.regex(stdout, /^nextActions\.reject +STEP_UP$/m);
  t.regex(stdout, /^enrolment\.waitingPeriodMs +1000$/m);
  const history = await tell('policy', 'history');
  t.deepEqual(history.stdout.match(/^default@\d/gm), ['default@3', 'default@2', 'default@1']);
  for (const mistake of ['shade=true', 'shadow=maybe', 'maximumClaims=many']) {
    t.is((await set('--set', mistake)).code, 1, mistake);
  }
  const short = await set('--set', 'waitingPeriodMs=0');
  t.regex(JSON.stringify(short.json), /is enrolment\.waitingPeriodMs meant\?/);
});

test.serial('calibrations are listed, assigned and taken back', async (t) => {
  const listed = await tell('calibration', 'list');
  t.regex(listed.stdout, /^calibration +telephone-first@\d+, counts where nothing is assigned$/m);
  t.regex(listed.stdout, /^voip +telephone-first@\d+ +shipped$/m);
  const [, name = ''] = /(telephone-first@\d+),/.exec(listed.stdout) ?? [];
  const assign = (...args: string[]) => tell('calibration', 'assign', ...args, '--reason', 'trial');
  t.regex((await assign(name, '--source', 'voip')).stdout, /^calls from voip: telephone-first@/);
  t.is(
    (await assign('--source', 'voip', '--take-back')).stdout.trim(),
    'calls from voip: nothing of their own',
  );
  const { stdout } = await tell('calibration', 'history');
  t.deepEqual(stdout.match(/taken back|telephone-first@\d+/g), ['taken back', name]);
  t.is((await assign()).code, 1);
  t.is((await assign('none@1')).code, 1);
});
