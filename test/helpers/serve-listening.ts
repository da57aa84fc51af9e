import { readConfig } from '../../src/config.js';
import { VouchService } from '../../src/service.js';

/* `vouch serve` with workers that tell which markers reach them. */
const workerUrl = new URL('./listening-worker.js', import.meta.url);
const service = await VouchService.create(readConfig(), { workerUrl });
const { host, port } = await service.start();
process.stdout.write(JSON.stringify({ address: `${host}:${port}` }));
