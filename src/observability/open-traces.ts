import type { TraceOptions, Traces } from './traces.js';

/** What sends traces; it is loaded only where they are sent, being a tenth of all that a service loads. */
export async function openTraces(options: TraceOptions): Promise<Traces> {
  const { Traces } = await import('./traces.js');
  return new Traces(options);
}
