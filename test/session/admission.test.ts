import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { Admission } from '../../src/session/admission.js';
import { Load } from '../../src/session/load.js';
import { Pace } from '../../src/session/pace.js';

const LIMIT_MS = 200;

/** Why a call is not let in, and after how long it may be tried again; undefined where it is. */
function refusal(admit: () => void): VouchError | undefined {
  try {
    admit();
    return undefined;
  } catch (error) {
    if (error instanceof VouchError) return error;
    throw error;
  }
}

test('a full process takes nobody, a tenant no more than its share, a busy one nobody new', (t) => {
  const models = { lagMs: 0 };
  const load = new Load(models, LIMIT_MS);
  t.teardown(() => {
    load.close();
  });
  const admission = new Admission({ maximumCalls: 3, maximumCallsPerTenant: 2 }, load);
  const enter = (tenant: string, live: string[], isNew = true) =>
    refusal(() => {
      admission.open(tenant, live, isNew);
    });
  t.is(enter('a', []), undefined);
  // One that is being opened counts.
  t.is(enter('a', ['a'])?.reason, 'TENANT_QUOTA_REACHED');
  t.is(enter('b', ['a']), undefined);
  t.is(enter('c', ['a'])?.reason, 'TOO_MANY_CALLS');
  admission.opened('a');
  admission.opened('b');
  t.is(enter('c', ['a', 'b']), undefined);
  admission.opened('c');
  models.lagMs = LIMIT_MS + 1;
  const busy = enter('c', []);
  t.is(busy?.reason, 'OVERLOADED');
  t.is(busy?.kind, 'RESOURCE_EXHAUSTED');
  t.true(busy!.retryAfterMs! >= 2000 && busy!.retryAfterMs! <= 4000);
  t.is(enter('c', [], false), undefined, 'one that goes on from another process is not turned away');
});

test('a process is busy from a third of its limit on, by what its models or its thread are late', async (t) => {
  const models = { lagMs: LIMIT_MS / 3 - 1 };
  const load = new Load(models, LIMIT_MS);
  t.teardown(() => {
    load.close();
  });
  t.deepEqual([load.isBusy, load.isFull], [false, false]);
  models.lagMs = LIMIT_MS / 3 + 1;
  t.deepEqual([load.isBusy, load.isFull], [true, false]);
  models.lagMs = 0;
  // Work in pieces of half a second, for longer than is looked at.
  for (let n = 0; n < 5; n++) {
    for (const until = performance.now() + 500; performance.now() < until;);
    await sleep(1);
  }
  t.true(load.isFull, `${load.delayMs} ms`);
});

test('a client may send a minute at once, and is slowed to twenty times real time', async (t) => {
  const pace = new Pace();
  t.is(pace.wait(60_000), undefined);
  const startedMs = performance.now();
  await pace.wait(60_000 + 20 * 200);
  const waitedMs = performance.now() - startedMs;
  t.true(waitedMs >= 150, `${waitedMs} ms`);
  t.is(pace.wait(60_000 + 20 * 150), undefined);
});
