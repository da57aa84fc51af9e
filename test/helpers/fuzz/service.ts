import type { ExecutionContext } from 'ava';
import { TestTenant } from '../caller.js';
import { clientsAt } from '../clients.js';
import { asOwner } from '../database.js';
import { Ground } from '../ground.js';
import { Inspected } from '../inspected.js';
import { Fuzz } from './fuzz.js';
import { RpcFuzzer } from './rpcs.js';

/** Requests at the same time. */
const AT_ONCE = 16;
const MIB = 2 ** 20;
/** What caches of prepared statements, compiled code and the like may take after a warm-up, MiB. */
const MOST_GROWTH_MIB = 16;

/** Sends so many requests to a service of its own; asserts that it answered each rightly, and is as it was. */
export async function fuzzService(t: ExecutionContext, requests: number, seed: number): Promise<void> {
  const ground = await Ground.make();
  const maker = await ground.serve();
  const { tenantId } = await maker.tenant();
  await maker.stop();
  const service = await Inspected.start(ground, {
    VOUCH_START_TIMEOUT_MS: '2000',
    VOUCH_STALL_TIMEOUT_MS: '2000',
    VOUCH_RESUME_WINDOW_MS: '100',
  });
  try {
    const tenant = new TestTenant(clientsAt(service.address), tenantId);
    await tenant.grant('ann');
    const fuzzer = new RpcFuzzer(service.address, tenantId, [
      'ann',
      'bob',
      'voice',
      'call-1',
      'default',
      'EU',
      'en',
      'Acme Bank',
    ]);
    await inParallel(fuzzer, Math.ceil(requests / 10), seed + 1);
    const before = await service.inspect();
    await inParallel(fuzzer, requests, seed);
    const after = await service.inspect();
    fuzzer.close();
    t.log(`${requests} requests, seed ${seed}: ${JSON.stringify(fuzzer.statuses)}`);
    t.log(
      `heap ${mib(before.heapBytes)}, then ${mib(after.heapBytes)} MiB; resident ${mib(before.residentBytes)}, then ${mib(after.residentBytes)} MiB`,
    );
    t.deepEqual(fuzzer.wrong, []);
    t.true(service.running);
    t.true(after.heapBytes - before.heapBytes < MOST_GROWTH_MIB * MIB, 'memory stays');
    t.truthy((await tenant.admin.getModels({})).graphs.length);
    await noLiveCalls(ground);
    t.pass();
  } finally {
    if (service.running) await service.stop();
    await ground.close();
  }
}

async function inParallel(fuzzer: RpcFuzzer, requests: number, seed: number): Promise<void> {
  const fuzz = new Fuzz(seed);
  let left = requests;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await fuzzer.once(fuzz);
    }),
  );
}

/** Rejects where a call is still live after the time that it may be taken up again; one that was paused before it began may still come. */
async function noLiveCalls(ground: Ground): Promise<void> {
  const until = performance.now() + 15_000;
  for (;;) {
    const live = await asOwner(
      ground.postgres.url,
      `SELECT state FROM vouch.calls WHERE state IN ('LIVE', 'INTERRUPTED')`,
    );
    if (live.length === 0) return;
    if (performance.now() > until) throw new Error(`Calls are still there: ${JSON.stringify(live)}`);
    await new Promise((wake) => setTimeout(wake, 250));
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
