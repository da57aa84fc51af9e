import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerOptions } from '../../src/embedding/multithread/messages.js';
import { serve } from '../../src/embedding/multithread/serve.js';

/** How long a piece of audio keeps it busy, besides the work itself, ms. */
const BURN_MS = 12;

/* A worker of the pool on a processor that is slow: 20 calls at real pace are more than it can do. */
await serve(parentPort!, workerData as WorkerOptions);
parentPort!.on('message', (message: ToWorker) => {
  if (message.kind !== 'audio') return;
  for (const until = performance.now() + BURN_MS; performance.now() < until;);
});
