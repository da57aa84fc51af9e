import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { EmbeddingOptions, SessionJob } from './types.js';

/**
 * Embeds sessions on worker threads, each taking the next job when it is done with one; rejects with the first failure.
 * What was done by then stays in the cache.
 * @param onDone is told after each job.
 */
export async function runJobs(
  options: EmbeddingOptions,
  jobs: readonly SessionJob[],
  workers: number,
  onDone: (job: SessionJob) => void,
): Promise<void> {
  // The longest first, so that none of them is left over at the end.
  const waiting = [...jobs].sort((a, b) => a.session.seconds - b.session.seconds);
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
    try {
      for (let job = waiting.pop(); job; job = waiting.pop()) {
        const answer = once(worker, 'message');
        worker.postMessage(job);
        const [problem] = (await answer) as [string | null];
        if (problem !== null) {
          const { corpus, speaker, session } = job.session;
          throw new Error(`${corpus}/${speaker}/${session}: ${problem}`);
        }
        onDone(job);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
}
