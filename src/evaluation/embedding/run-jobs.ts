import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SpeechSession } from '../manifest.js';
import type { EmbeddingOptions, EmbeddingJob } from './types.js';

/**
 * Does jobs on worker threads, each taking the next job when it is done with one; rejects with the first failure.
 * What was done by then stays in the cache.
 * @param onDone is told after each job.
 */
export async function runJobs(
  options: EmbeddingOptions,
  jobs: readonly EmbeddingJob[],
  workers: number,
  onDone: () => void,
): Promise<void> {
  // The longest first, so that none of them is left over at the end.
  const waiting = [...jobs].sort((a, b) => secondsOf(a) - secondsOf(b));
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
    try {
      for (let job = waiting.pop(); job; job = waiting.pop()) {
        const answer = once(worker, 'message');
        worker.postMessage(job);
        const [problem] = (await answer) as [string | null];
        if (problem !== null) {
          const { corpus, speaker, session } = sessionOf(job);
          throw new Error(`${corpus}/${speaker}/${session}: ${problem}`);
        }
        onDone();
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
}

function sessionOf(job: EmbeddingJob): SpeechSession {
  return job.kind === 'session' ? job.session : job.splices[0]!.before.session;
}

/** About how much audio a job is. */
function secondsOf(job: EmbeddingJob): number {
  if (job.kind === 'session') return job.session.seconds * job.conditions.length;
  return job.splices.reduce((sum, { before, after }) => {
    return sum + (before.toMs - before.fromMs + after.toMs - after.fromMs) / 1000;
  }, 0);
}
