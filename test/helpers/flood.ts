import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { createChannel } from 'nice-grpc';
import { PCM, TestTenant } from './caller.js';
import { clientsAt } from './clients.js';
import { Ground } from './ground.js';
import { Inspected, type Inspection } from './inspected.js';
import { fixtureFile, fixturePcm } from './speech.js';
import { TestStream, wordOf } from './test-stream.js';

const CALLER = 'allison_en';
const SPEECH = fixturePcm(`${CALLER}/call-1.wav`);
const ORDINARY = 20;
const SAID_MS = 7000;
/** 100 ms a message, so that the test's own process is not what is measured. */
const FRAME_MS = 100;
const BYTES_PER_MS = 16;
/** What a process of Node keeps of a flood for the next one: heaps and arenas that have grown, resident, MiB. */
const LEFT_MIB = 48;
/** What of the same flood again, and of either on the heaps once garbage is collected, cannot be told from noise, MiB. */
const NOISE_MIB = 10;
const PEAK_MIB = 128;
const MIB = 2 ** 20;

/** One ordinary call at real pace. Returns how long after the audio that it rests on the decision came, ms. */
async function ordinary(tenant: TestTenant): Promise<number> {
  const call = tenant.open([CALLER]);
  await call.event('decision');
  const startedMs = performance.now();
  let acceptedMs = 0;
  const accepted = call
    .event('decision', (decision) => wordOf(decision) === 'ACCEPT')
    .then((decision) => {
      acceptedMs = performance.now();
      return decision;
    });
  for (let ms = 0; ms < SAID_MS; ms += FRAME_MS) {
    await call.audio(SPEECH.subarray(ms * BYTES_PER_MS, (ms + FRAME_MS) * BYTES_PER_MS), [
      FRAME_MS * BYTES_PER_MS,
    ]);
    await sleep(Math.max(0, startedMs + ms + FRAME_MS - performance.now()));
  }
  const { media } = await accepted;
  if ((await call.end()) !== null) throw new Error('An ordinary call failed.');
  return acceptedMs - startedMs - media!.endMs;
}

/** Twenty calls that begin within two seconds. */
async function crowd(tenant: TestTenant): Promise<{ medianMs: number; slowestMs: number }> {
  const delays = await Promise.all(
    Array.from({ length: ORDINARY }, async (_, n) => {
      await sleep(n * 100);
      return ordinary(tenant);
    }),
  );
  delays.sort((a, b) => a - b);
  return { medianMs: delays[ORDINARY / 2]!, slowestMs: delays.at(-1)! };
}

/** Whoever misbehaves, each over a connection of their own. */
class Flood {
  readonly #streams: TestStream[] = [];
  readonly #stop = new AbortController();
  readonly #over: Promise<unknown>[] = [];

  constructor(address: string, tenant: TestTenant) {
    const another = () => tenant.as('ADMINISTRATOR', createChannel(address));
    this.#over.push(
      this.#floods(another()),
      this.#neverReads(another()),
      this.#watchesAndNeverReads(another()),
    );
    this.#streams.push(another().open([CALLER])); // Stalls.
    this.#over.push(this.#records(another()));
  }

  /** How much faster than real time the flood came through, at the end. */
  speed = 0;

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const stream of this.#streams) stream.vanish();
    await Promise.all(this.#over);
  }

  get #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Sends 200 times as fast as anybody speaks. */
  async #floods(tenant: TestTenant): Promise<void> {
    const call = tenant.open([CALLER]);
    this.#streams.push(call);
    const startedMs = performance.now();
    let sentMs = 0;
    while (!this.#isOver) {
      await call.audio(SPEECH, [FRAME_MS * BYTES_PER_MS]);
      sentMs += SPEECH.length / BYTES_PER_MS;
      this.speed = (call.all('progress').at(-1)?.audioMs ?? 0) / (performance.now() - startedMs);
      await sleep(Math.max(0, startedMs + sentMs / 200 - performance.now()));
    }
  }

  async #neverReads(tenant: TestTenant): Promise<void> {
    const callId = `never-reads-${'x'.repeat(200)}`;
    const call = new TestStream(tenant.verification, callId, false);
    this.#streams.push(call);
    await call.send({ $case: 'start', value: { callId, format: PCM } });
    while (!this.#isOver) {
      await Promise.race([Promise.all([call.pause('x'.repeat(60)), call.resume()]), sleep(1000)]);
      await sleep(5);
    }
  }

  async #watchesAndNeverReads(tenant: TestTenant): Promise<void> {
    const call = tenant.open([]);
    this.#streams.push(call);
    await call.event('decision');
    const events = tenant.verification.watchCall({ callId: call.callId }, { signal: this.#stop.signal });
    await events[Symbol.asyncIterator]().next();
    while (!this.#isOver) {
      await Promise.all([call.pause('x'.repeat(60)), call.resume()]);
      await sleep(20);
    }
  }

  /** One recording after the other. */
  async #records(tenant: TestTenant): Promise<void> {
    while (!this.#isOver)
      await tenant
        .verifyRecording(fixtureFile(`${CALLER}/enrol.wav`), { claims: [{ speakerId: CALLER }] })
        .catch(() => undefined);
  }
}

/**
 * Floods a service for so long, with a crowd of ordinary calls beside it, and then as long again; asserts that the calls notice
 * little and that memory returns: the heaps to what they were, and nothing resident is left of the second flood.
 */
export async function flood(t: ExecutionContext, beforeMs: number): Promise<void> {
  const ground = await Ground.make();
  const maker = await ground.serve();
  const { tenantId } = await maker.tenant();
  await maker.stop();
  const service = await Inspected.start(ground, { VOUCH_STALL_TIMEOUT_MS: '4000', VOUCH_WORKERS: '1' });
  try {
    const tenant = new TestTenant(clientsAt(service.address), tenantId);
    await tenant.enrol(CALLER);
    const alone = await crowd(tenant);
    const base = await atRest(service);
    const first = await floodOnce(service, tenant, beforeMs, true);
    const second = await floodOnce(service, tenant, beforeMs, false);
    const beside = first.crowd!;
    t.log(
      `decisions after their audio: alone median ${Math.round(alone.medianMs)} ms, slowest ${Math.round(alone.slowestMs)} ms;`,
      `beside the flood ${Math.round(beside.medianMs)}, ${Math.round(beside.slowestMs)} ms;`,
      `the flood came at ${first.speed.toFixed(1)} times real time;`,
      `resident ${mib(base.residentBytes)} MiB before, ${mib(first.peakBytes)} at most, ${mib(first.after.residentBytes)} after,`,
      `${mib(second.after.residentBytes)} after another; heaps ${mib(base.heapBytes)} MiB, ${mib(first.after.heapBytes)}, ${mib(second.after.heapBytes)}`,
    );
    // All of them were decided; how late is a matter of the machine, too, which does other things in between.
    t.true(beside.medianMs <= 2 * alone.medianMs + 500);
    t.true(beside.slowestMs <= 2 * alone.slowestMs + 2000);
    t.true(first.speed < 40, 'it is slowed');
    const rises = (from: number, to: number, mostMib: number, what: string) => {
      t.true(to - from < mostMib * MIB, `${what}: from ${mib(from)} to ${mib(to)} MiB`);
    };
    rises(base.residentBytes, first.peakBytes, PEAK_MIB, 'resident meanwhile');
    rises(base.residentBytes, first.after.residentBytes, LEFT_MIB, 'resident');
    rises(first.after.residentBytes, second.after.residentBytes, NOISE_MIB, 'resident after another');
    rises(base.heapBytes, first.after.heapBytes, NOISE_MIB, 'heaps');
    rises(first.after.heapBytes, second.after.heapBytes, NOISE_MIB, 'heaps after another');
  } finally {
    await service.stop();
    await ground.close();
  }
}

async function floodOnce(service: Inspected, tenant: TestTenant, beforeMs: number, beside: boolean) {
  let peakBytes = 0;
  const sampling = setInterval(() => {
    void service.residentBytes().then((bytes) => (peakBytes = Math.max(peakBytes, bytes)));
  }, 200);
  const running = new Flood(service.address, tenant);
  await sleep(beforeMs);
  const found = beside ? await crowd(tenant) : undefined;
  await running.stop();
  clearInterval(sampling);
  return { peakBytes, crowd: found, speed: running.speed, after: await atRest(service) };
}

/** Once what was open is closed. */
async function atRest(service: Inspected): Promise<Inspection> {
  await sleep(2000);
  return service.inspect();
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
