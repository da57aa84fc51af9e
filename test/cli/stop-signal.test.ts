import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { atMost } from '../../src/cli/stop-signal.js';

test('what is to end after a time does, also when garbage is collected meanwhile', async (t) => {
  const signal = atMost(new AbortController().signal, 200);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await sleep(20);
  collect();
  await sleep(400);
  t.true(signal.aborted);
});
