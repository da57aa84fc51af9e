import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import test from 'ava';
import { Replicas } from '../helpers/replicas.js';
import { wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const ALLISON = 'allison_en';
const FILES = [`${ALLISON}/call-1.wav`, `${ALLISON}/call-2.wav`];
/** For 1, 2 and 3 replicas the same number each. */
const CALLS = 12;
/** Linux counts a process's time in hundredths of a second (`getconf CLK_TCK`). */
const TICKS_A_SECOND = 100;

/** What a number of replicas took for the same calls, sent as fast as they were read. */
interface Measured {
  readonly replicas: number;
  /** Seconds of audio a second, had each replica a core of its own: audio over the CPU seconds of the busiest. */
  readonly capacity: number;
  /** Seconds of audio a second on this machine. */
  readonly throughput: number;
  readonly cpuMsPerAudioSecond: number;
}

/** CPU time of a process so far, s (proc_pid_stat(5): fields 14 and 15; the name before them may have spaces). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

test('capacity grows with the replicas, calls spread evenly, and any of them shows the calls of all', async (t) => {
  t.timeout(10 * 60_000);
  const measured: Measured[] = [];
  for (const count of [1, 2, 3]) {
    const replicas = await Replicas.start(count, ALLISON);
    t.teardown(() => replicas.stop());
    await playCalls(replicas, 2 * count); // Caches, compiled code.
    const before = replicas.balancer.calls;
    const cpu = () => Promise.all(replicas.served.map(({ pid }) => cpuSeconds(pid)));
    const cpuBefore = await cpu();
    const startedMs = performance.now();
    const { audioMs, words, watched } = await playCalls(replicas, CALLS);
    const wallMs = performance.now() - startedMs;
    const own = (await cpu()).map((seconds, n) => seconds - cpuBefore[n]!);
    t.deepEqual(
      words,
      Array.from({ length: CALLS }, () => 'ACCEPT'),
    );
    t.deepEqual(watched, words);
    t.deepEqual(
      replicas.balancer.calls.map((calls, n) => calls - before[n]!),
      own.map(() => CALLS / count),
    );
    const sum = own.reduce((a, b) => a + b);
    measured.push({
      replicas: count,
      capacity: audioMs / 1000 / Math.max(...own),
      throughput: audioMs / wallMs,
      cpuMsPerAudioSecond: (sum * 1e6) / audioMs,
    });
    await replicas.stop();
  }
  for (const { replicas, capacity, throughput, cpuMsPerAudioSecond } of measured)
    t.log(
      `${replicas} replicas: capacity ${Math.round(capacity)} s/s with a core each, ${Math.round(throughput)} s/s on ${cpus().length} shared cores, ` +
        `${cpuMsPerAudioSecond.toFixed(1)} ms of CPU a second of audio`,
    );
  const [one, two, three] = measured as [Measured, Measured, Measured];
  t.true(two.capacity >= 1.6 * one.capacity, 'two');
  t.true(three.capacity >= 2.3 * one.capacity, 'three');
});

/** Calls at the same time through the balancer, each watched through it, too: by whichever replica comes. */
async function playCalls(replicas: Replicas, count: number) {
  const tenant = replicas.tenant();
  const calls = Array.from({ length: count }, () => tenant.open([ALLISON]));
  await Promise.all(calls.map((call) => call.event('started')));
  const watchers = calls.map((call) => new Watcher(tenant, call.callId));
  await Promise.all(
    calls.map(async (call) => {
      for (const file of FILES) await call.speech(file);
      await call.end();
    }),
  );
  await Promise.all(watchers.map((watcher) => watcher.over));
  return {
    audioMs: calls.reduce((sum, call) => sum + call.all('ended')[0]!.audioMs, 0),
    words: calls.map((call) => wordOf(call.decision)),
    watched: watchers.map(({ events }) => {
      const decisions = events.flatMap(({ event }) => (event?.$case === 'decision' ? [event.value] : []));
      return wordOf(decisions.at(-1));
    }),
  };
}
