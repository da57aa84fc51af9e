import { readConfig } from '../../src/config.js';
import { VouchService } from '../../src/service.js';
import type { Inspection } from './inspected.js';

/* `vouch serve` as a child process that says, when it is asked, what it holds; to be started with --expose-gc. */
let warnings = 0;
// Node warns of leaking listeners this way.
process.on('warning', () => warnings++);
const service = await VouchService.create(readConfig());
const { host, port } = await service.start();
process.on('message', (asked) => {
  if (asked === 'stop')
    void service.stop().then(() => {
      process.disconnect();
    });
  else process.send!(inspect());
});
process.send!({ address: `${host}:${port}` });

function inspect(): Inspection {
  globalThis.gc!();
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heapBytes: heapUsed + external, residentBytes: rss, handles, warnings };
}
