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
      const row = { name, claimed, expected: expected.join('|'), ...(await scene.play(stage)) };
      rows[index] = row;
      done += 1;
      told(row, done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, player));
  return rows;
}

/** Whether a call came out as it should. */
export function asExpected(row: Row): boolean {
  return row.expected.split('|').includes(row.decision);
}
