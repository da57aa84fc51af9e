import { Gauge, type Registry } from 'prom-client';

/** What a gauge is, and where its value comes from; undefined: not known now, and not told. */
export type GaugeSource = readonly [name: string, help: string, value: () => number | undefined];

/** Gauges whose values are read at every scrape, and cost nothing between two. */
export function readGauges(registry: Registry, sources: readonly GaugeSource[]): void {
  for (const [name, help, value] of sources) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [],
      collect: () => {
        const now = value();
        if (now === undefined) gauge.remove();
        else gauge.set(now);
      },
    });
    registry.registerMetric(gauge);
  }
}
