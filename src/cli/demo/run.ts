import { setTimeout as sleep } from 'node:timers/promises';
import type { Observation } from './observation.js';
import type { Scene, Stage } from './scene.js';

/** What `vouch demo --json` tells of a call. */
export interface Row extends Observation {
  readonly name: string;
  readonly claimed: string;
  /** The decisions that are right, separated by `|`. */
  readonly expected: string;
}

/** Calls at once: as many as make a small machine busy. */
const AT_ONCE = 4;

/** What a service says that has no room at this moment: it asks for another try. */
const BUSY: ReadonlySet<string> = new Set(['OVERLOADED', 'DATABASE_UNAVAILABLE']);

const MOST_TRIES = 5;

/** What the service asks a client to wait, ms. */
const TRY_AGAIN_AFTER_MS = 2000;

/** Plays all scenes, a few at once. The rows come back in the order of the scenes. */
export async function playAll(
  scenes: readonly Scene[],
  stage: Stage,
  told: (row: Row, done: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  let next = 0;
  let done = 0;
  const player = async () => {
    for (let index = next++; index < scenes.length; index = next++) {
      const scene = scenes[index];
      if (scene === undefined) return;
      const { name, claimed, expected } = scene;
      const row = { name, claimed, expected: expected.join('|'), ...(await playInTime(scene, stage)) };
      rows[index] = row;
      done += 1;
      told(row, done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, player));
  return rows;
}

/** On a machine that is busy with other things a call is refused now and then; as any client, this one tries again. */
async function playInTime(scene: Scene, stage: Stage): Promise<Observation> {
  for (let tries = 1; ; tries++) {
    const observation = await scene.play(stage);
    if (!BUSY.has(observation.decision) || tries === MOST_TRIES) return observation;
    await sleep(TRY_AGAIN_AFTER_MS, undefined, { signal: stage.signal });
  }
}

/** Whether a call came out as it should. */
export function asExpected(row: Row): boolean {
  return row.expected.split('|').includes(row.decision);
}
