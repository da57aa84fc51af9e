import { queueTask, type Transaction } from '../../storage/index.js';
import { z } from 'zod';

/** The name of the task that works on batch jobs. */
export const ENROLMENT_TASK = 'enrol-batch';

/**
 * Every job is worked on in so many lanes, which share its rows out: so many processes at most work on it at a time, and
 * none on the row of another. A process takes a lane for a short while only, then the lanes of other jobs have their turn.
 */
export const LANES = 8;

/** A lane of a job: the rows whose number leaves this rest. */
export const laneSchema = z.strictObject({
  tenantId: z.string(),
  jobId: z.uuid(),
  lane: z
    .int()
    .min(0)
    .max(LANES - 1),
  /** Which turn of the lane this is, from 0. */
  turn: z.int().min(0),
});

export type Lane = z.output<typeof laneSchema>;

/** Lets the next process that has time work on a lane, not before this long from now, ms. */
export async function queueLane(
  tx: Transaction,
  { tenantId, jobId, lane, turn }: Lane,
  delayMs = 0,
): Promise<void> {
  await queueTask(tx, {
    task: ENROLMENT_TASK,
    payload: { tenantId, jobId, lane, turn },
    key: `${ENROLMENT_TASK} ${jobId} ${lane} ${turn}`,
    delayMs,
  });
}
