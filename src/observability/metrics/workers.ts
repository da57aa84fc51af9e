import { Counter, Gauge, type Registry } from 'prom-client';
import type { StageTimes } from '../../embedding/index.js';

/** The threads that models run in, and where their time goes. */
export class WorkerMetrics {
  readonly #living: Gauge;
  readonly #lost: Counter<'how'>;
  readonly #replaced: Counter;
  readonly #seconds: Counter<'stage'>;
  readonly #runs: Counter<'stage'>;

  /** @param workers how many there are at the start */
  constructor(registry: Registry, workers: number) {
    const registers = [registry];
    this.#living = new Gauge({ name: 'vouch_workers', help: 'Worker threads that live.', registers });
    this.#living.set(workers);
    this.#lost = new Counter({
      name: 'vouch_workers_lost_total',
      help: 'Worker threads that died, or hung and were given up.',
      labelNames: ['how'],
      registers,
    });
    for (const how of ['died', 'hung']) this.#lost.inc({ how }, 0);
    this.#replaced = new Counter({
      name: 'vouch_workers_replaced_total',
      help: 'Worker threads that took the place of one that was lost.',
      registers,
    });
    this.#seconds = new Counter({
      name: 'vouch_stage_seconds_total',
      help: 'Time that worker threads spent in each stage, by the clock.',
      labelNames: ['stage'],
      registers,
    });
    this.#runs = new Counter({
      name: 'vouch_stage_runs_total',
      help: 'What it was spent on: frames of 32 ms (decode, speech_activity), windows of net speech in a space (embedding) or at all (countermeasure).',
      labelNames: ['stage'],
      registers,
    });
  }

  lost(how: 'died' | 'hung', living: number): void {
    this.#lost.inc({ how });
    this.#living.set(living);
  }

  replaced(living: number): void {
    this.#replaced.inc();
    this.#living.set(living);
  }

  spent({ decode, speechActivity, embedding, countermeasure }: StageTimes): void {
    const stages = { decode, speech_activity: speechActivity, embedding, countermeasure };
    for (const [stage, { ms, count }] of Object.entries(stages)) {
      this.#seconds.inc({ stage }, ms / 1000);
      this.#runs.inc({ stage }, count);
    }
  }
}
