import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { TestTenant } from './caller.js';
import { clientsAt } from './clients.js';
import { asOwner } from './database.js';
import { Ground } from './ground.js';
import { Inspected, type Inspection } from './inspected.js';
import { fixtureFile, fixturePcm } from './speech.js';
import type { TestStream } from './test-stream.js';
import { Watcher } from './watcher.js';

const CALLER = 'allison_en';
const SPEECH = fixturePcm(`${CALLER}/call-1.wav`);
const FRAME_BYTES = 1600;
/** Calls at the same time; `make soak CALLS=4` leaves more of the machine to others. */
const AT_ONCE = Number(process.env['SOAK_CALLS'] ?? 12);
const SAMPLES = 60;
/** Of the time, what is warm-up. */
const WARM_UP = 1 / 3;
const MIB = 2 ** 20;
/** Memory that a short run cannot tell from noise, MiB: what a line through its samples may rise by. */
const NOISE_MIB = 3;

/** Calls come and go for so many minutes, in every way that calls do; asserts that nothing is left of them. */
export async function soak(t: ExecutionContext, minutes: number): Promise<void> {
  const ground = await Ground.make();
  const maker = await ground.serve();
  const { tenantId } = await maker.tenant();
  await maker.stop();
  const service = await Inspected.start(ground);
  try {
    const tenant = new TestTenant(clientsAt(service.address), tenantId);
    await tenant.enrol(CALLER);
    await goOnFor(tenant, 5000);
    const idle = await atRest(service);
    const samples: { minute: number; inspection: Inspection }[] = [];
    const startedMs = performance.now();
    const sampling = (async () => {
      for (let n = 1; n <= SAMPLES; n++) {
        await sleep(startedMs + (n * minutes * 60_000) / SAMPLES - performance.now());
        const inspection = await service.inspect();
        samples.push({ minute: (performance.now() - startedMs) / 60_000, inspection });
      }
    })();
    const calls = await goOnFor(tenant, minutes * 60_000);
    await sampling;
    const after = await atRest(service);
    const warm = samples.filter(({ minute }) => minute >= minutes * WARM_UP);
    const line = fit(warm.map(({ minute, inspection }) => [minute, inspection.heapBytes / MIB]));
    t.log(
      `${calls} calls in ${minutes} min; heap after collection ${mib(idle.heapBytes)} MiB at rest before, ${mib(after.heapBytes)} after;`,
      `slope ${line.slope.toFixed(3)} ± ${line.error.toFixed(3)} MiB a minute; resident ${mib(idle.residentBytes)} MiB, then ${mib(after.residentBytes)};`,
      `handles before ${JSON.stringify(idle.handles)}, after ${JSON.stringify(after.handles)}`,
    );
    t.true(
      line.slope - 2 * line.error <= 0 || line.slope * minutes * (1 - WARM_UP) < NOISE_MIB,
      'memory grows',
    );
    t.is(after.warnings, 0, 'listeners leak');
    for (const [kind, count] of Object.entries(after.handles)) {
      // Connections to the database come and go with the load.
      const some = kind === 'TCPSocketWrap' ? 12 : 3;
      t.true(count <= (idle.handles[kind] ?? 0) + some, `${kind}: ${count}`);
    }
    t.deepEqual(await asOwner(ground.postgres.url, `SELECT 1 FROM vouch.calls WHERE state <> 'ENDED'`), []);
    t.deepEqual(await asOwner(ground.postgres.url, 'SELECT 1 FROM vouch.call_checkpoints'), []);
  } finally {
    await service.stop();
    await ground.close();
  }
}

/** What it holds once the calls that broke off are over as well. */
async function atRest(service: Inspected): Promise<Inspection> {
  await sleep(12_000);
  return service.inspect();
}

/** Returns how many calls there were. */
async function goOnFor(tenant: TestTenant, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let calls = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, slot) => {
      for (let n = slot; performance.now() < until; n++) {
        await WAYS[n % WAYS.length]!(tenant);
        calls++;
      }
    }),
  );
  return calls;
}

/** How calls go. */
const WAYS: readonly ((tenant: TestTenant) => Promise<void>)[] = [
  async (tenant) => {
    const call = tenant.open([CALLER]);
    await say(call, 6000);
    await call.end();
  },
  async (tenant) => {
    const call = tenant.open([CALLER]);
    await say(call, 1000);
    call.vanish();
    await call.over;
  },
  async (tenant) => {
    const call = tenant.open([CALLER]);
    const { resumeToken } = await call.event('started');
    await say(call, 3500);
    const again = tenant.open([CALLER], { callId: call.callId, resumeToken });
    await call.over;
    await say(again, 5000);
    await again.end();
  },
  async (tenant) => {
    const call = tenant.open([]);
    await call.event('decision');
    const watcher = new Watcher(tenant, call.callId);
    await call.claim(CALLER);
    await say(call, 1000);
    await tenant.verification.pauseCall({
      callId: call.callId,
      reason: 'card-payment',
      idempotencyKey: randomUUID(),
    });
    await say(call, 1000);
    await call.resume();
    await call.end();
    await watcher.over;
  },
  async (tenant) => {
    // Only so many at once; and calls come first.
    await tenant
      .verifyRecording(fixtureFile(`${CALLER}/enrol.wav`), { claims: [{ speakerId: CALLER }] })
      .catch(() => sleep(500));
  },
  async (tenant) => {
    // Half a sample too much.
    const call = tenant.open([CALLER]);
    await say(call, 1000);
    await call.audio(Buffer.alloc(1));
    await call.end();
  },
];

/** Some five times as fast as it was spoken. */
async function say(call: TestStream, ms: number): Promise<void> {
  for (let at = 0; at < ms * 16; at += FRAME_BYTES) {
    await call.audio(SPEECH.subarray(at, at + FRAME_BYTES), [FRAME_BYTES]);
    await sleep(20);
  }
}

/** The least-squares line, and the standard error of its slope. */
function fit(points: readonly (readonly [number, number])[]): { slope: number; error: number } {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([each]) => each), mean(([, each]) => each)];
  const variance = mean(([each]) => (each - x) ** 2);
  const slope = mean(([a, b]) => (a - x) * (b - y)) / variance;
  const residual = mean(([a, b]) => (b - y - slope * (a - x)) ** 2);
  return { slope, error: Math.sqrt(residual / variance / (points.length - 2)) };
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
