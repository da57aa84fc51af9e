import test from 'ava';
import { openDirectory, vouch } from '../helpers/binary.js';

interface Row {
  readonly name: string;
  readonly claimed: string;
  readonly expected: string;
  readonly decision: string;
  readonly confidence: number | null;
  readonly netSpeechMs: number;
  readonly decidedAfterMs: number | null;
}

test('the demo comes out as expected and prints one JSON object, nothing else', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const { code, stdout, stderr } = await vouch(['demo', '--json'], { VOUCH_DATA_DIR: path });
  const { calls } = JSON.parse(stdout) as { calls: Row[] };
  const wrong = calls.filter(({ expected, decision }) => !expected.split('|').includes(decision));
  t.deepEqual(wrong, []);
  t.is(code, 0, stderr);
  t.is(stderr, '');
  for (const row of calls) {
    t.deepEqual(Object.keys(row), [
      'name',
      'claimed',
      'expected',
      'decision',
      'confidence',
      'netSpeechMs',
      'decidedAfterMs',
    ]);
  }
  const accepted = calls.filter(({ decision }) => decision === 'ACCEPT');
  t.true(accepted.length >= 17);
  t.true(
    accepted.every(
      ({ confidence, netSpeechMs }) => confidence !== null && confidence > 50 && netSpeechMs > 2500,
    ),
  );
  t.true(calls.filter(({ expected }) => expected === 'REJECT|INCONCLUSIVE').length >= 20);
});
