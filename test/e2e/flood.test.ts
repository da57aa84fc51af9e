import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createChannel } from 'nice-grpc';
import { Served } from '../helpers/binary.js';
import { PCM, TestTenant } from '../helpers/caller.js';
import { clientsAt } from '../helpers/clients.js';
import { fixtureFile, fixturePcm } from '../helpers/speech.js';
import { TestStream, wordOf } from '../helpers/test-stream.js';

const CALLER = 'allison_en';
const SPEECH = fixturePcm(`${CALLER}/call-1.wav`);
const ORDINARY = 20;
const SAID_MS = 7000;
/** 100 ms a message, so that the test's own process is not what is measured. */
const FRAME_MS = 100;
const BYTES_PER_MS = 16;
/** What is left of a flood when it is over, at most, MiB: what a process of Node keeps for the next one. */
const LEFT_MIB = 48;
const PEAK_MIB = 128;

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

test('a flood, a client that never reads, one that stalls and recordings: calls beside them notice little, memory returns', async (t) => {
  t.timeout(115_000);
  const served = await Served.start({ VOUCH_STALL_TIMEOUT_MS: '4000' });
  t.teardown(() => served.stop());
  const tenant = new TestTenant(clientsAt(served.address), 'development');
  await tenant.publishNotice();
  await tenant.enrol(CALLER);
  const alone = await crowd(tenant);
  const baseMib = await residentMib(served.pid);

  let peakMib = 0;
  const sampling = setInterval(() => {
    void residentMib(served.pid).then((mib) => (peakMib = Math.max(peakMib, mib)));
  }, 200);
  const flood = new Flood(served.address, tenant);
  await sleep(2000);
  const beside = await crowd(tenant);
  await flood.stop();
  clearInterval(sampling);
  await sleep(2000);
  const afterMib = await residentMib(served.pid);
  t.log(
    `decisions after their audio: alone median ${Math.round(alone.medianMs)} ms, slowest ${Math.round(alone.slowestMs)} ms;`,
    `beside the flood ${Math.round(beside.medianMs)}, ${Math.round(beside.slowestMs)} ms;`,
    `the flood came at ${flood.speed.toFixed(1)} times real time;`,
    `resident ${Math.round(baseMib)} MiB before, ${Math.round(peakMib)} at most, ${Math.round(afterMib)} after`,
  );
  // All of them were decided; how late is a matter of the machine, too, which does other things in between.
  t.true(beside.medianMs <= 2 * alone.medianMs + 500);
  t.true(beside.slowestMs <= 2 * alone.slowestMs + 2000);
  t.true(flood.speed < 40, 'it is slowed');
  t.true(peakMib - baseMib < PEAK_MIB);
  t.true(afterMib - baseMib < LEFT_MIB);
});

/** Resident memory of a process, MiB. */
async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
