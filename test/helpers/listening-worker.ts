import { appendFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerOptions } from '../../src/embedding/multithread/messages.js';
import { serve } from '../../src/embedding/multithread/serve.js';
import { MARKER } from './marker.js';

/* A worker of the pool that writes a byte to HEARD_FILE for every marker that reaches it. */
const file = process.env['HEARD_FILE']!;
await serve(parentPort!, workerData as WorkerOptions);
parentPort!.on('message', (message: ToWorker) => {
  if (message.kind !== 'audio') return;
  const bytes = Buffer.from(message.bytes);
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + 1)) appendFileSync(file, '.');
});
