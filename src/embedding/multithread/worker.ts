import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerOptions } from './messages.js';
import { serve } from './serve.js';

if (!parentPort) throw new Error('worker.ts is started as a worker thread');
await serve(parentPort, workerData as WorkerOptions);
