/* `make bench`: how much a core can carry, and where the time goes. See docs/performance.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/package-root.js';
import type { BareHandlers } from './bare-process.js';
import { BenchDatabase } from './database.js';
import type { LoadHandlers } from './load-process.js';
import { measure } from './measure.js';
import { FULL, QUICK, type Plan } from './plan.js';
import { AskedProcess } from './processes.js';
import { printTable } from './report.js';
import { resultsOf } from './results.js';
import type { ServiceHandlers } from './service-process.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** A folder for CPU profiles of the service, a file a thread. */
    profile: { type: 'string' },
  },
});
const plan: Plan = options.quick ? QUICK : FULL;
const startedMs = performance.now();

function say(text: string): void {
  process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}

/** A core for the generator where there are enough; the service has the others. */
async function startService(database: BenchDatabase): Promise<AskedProcess<ServiceHandlers>> {
  const profile = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  return AskedProcess.start<ServiceHandlers>('./service-process.js', {
    environment: {
      ...database.environment,
      VOUCH_ADDRESS: '127.0.0.1:0',
      VOUCH_METRICS_ADDRESS: 'off',
      VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
      VOUCH_WORKERS: String(Math.max(1, availableParallelism() - 1)),
      VOUCH_MAXIMUM_CALLS: '10000',
      VOUCH_MAXIMUM_RECORDINGS: '4',
      VOUCH_LOG_LEVEL: 'warn',
    },
    flags: ['--expose-gc', ...profile],
  });
}

async function run(): Promise<number> {
  const database = await BenchDatabase.start();
  const processes: { stop(): Promise<void> }[] = [];
  try {
    const bare = await AskedProcess.start<BareHandlers>('./bare-process.js');
    const service = await startService(database);
    const load = await AskedProcess.start<LoadHandlers>('./load-process.js', { core: 0 });
    processes.push(bare, load, service);
    const results = resultsOf(await measure({ plan, database, service, load, bare, say }));
    const file = join(packageRoot(), 'bench', 'results.json');
    await mkdir(join(packageRoot(), 'bench'), { recursive: true });
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
    printTable(results);
    // A quick run is too short to be judged by.
    return options.quick || results.goals.every(({ met }) => met) ? 0 : 1;
  } finally {
    for (const each of processes.reverse()) await each.stop();
    await database.stop();
  }
}

process.exitCode = await run();
