import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerOptions } from '../../src/embedding/multithread/messages.js';
import { serve } from '../../src/embedding/multithread/serve.js';
import { DEADLY_GAP_MS, STUNNING_GAP_MS } from './speech.js';

/* A worker of the pool that a gap of DEADLY_GAP_MS kills, as a crash would, and one of STUNNING_GAP_MS hangs for good. */
await serve(parentPort!, workerData as WorkerOptions);
parentPort!.on('message', (message: ToWorker) => {
  if (message.kind !== 'gap') return;
  if (message.ms === DEADLY_GAP_MS) throw new Error('a worker dies');
  if (message.ms === STUNNING_GAP_MS) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
