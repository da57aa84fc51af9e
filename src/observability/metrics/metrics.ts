import { Counter, Gauge, Registry } from 'prom-client';
import { BackgroundMetrics } from './background.js';
import { CallMetrics } from './calls.js';
import { readGauges } from './gauges.js';
import { RequestMetrics } from './requests.js';
import { processGauges, stateGauges, type ServiceState } from './state.js';
import { WorkerMetrics } from './workers.js';

/**
 * All that is counted and measured of one service. Labels have few values, all of them words of the code: never an id, and
 * no tenant.
 */
export class Metrics {
  readonly calls: CallMetrics;
  readonly workers: WorkerMetrics;
  readonly requests: RequestMetrics;
  readonly background: BackgroundMetrics;
  readonly #registry = new Registry();

  /**
   * @param about the software
   * @param workers worker threads at the start
   */
  constructor(about: { readonly version: string }, workers: number) {
    this.calls = new CallMetrics(this.#registry);
    this.workers = new WorkerMetrics(this.#registry, workers);
    this.requests = new RequestMetrics(this.#registry);
    this.background = new BackgroundMetrics(this.#registry);
    const build = new Gauge({
      name: 'vouch_build_info',
      help: 'The software; always 1.',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    });
    build.set({ version: about.version, node: process.version }, 1);
    readGauges(this.#registry, processGauges());
    countCpu(this.#registry);
  }

  /** Where the gauges of the service get their values from now on; once. */
  watch(state: () => ServiceState): void {
    readGauges(this.#registry, stateGauges(state));
  }

  /** What `text` is. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in the text format that Prometheus reads. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** CPU of all threads; a counter that is read, since the system counts it. */
function countCpu(registry: Registry): void {
  let told = 0;
  const counter: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of all threads, user and system.',
    registers: [],
    collect: () => {
      const { user, system } = process.cpuUsage();
      const now = (user + system) / 1e6;
      counter.inc(Math.max(0, now - told));
      told = now;
    },
  });
  registry.registerMetric(counter);
}
