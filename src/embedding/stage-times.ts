/** What was spent in a stage: time, ms, and what it was spent on, frames of audio or windows. */
interface StageTime {
  ms: number;
  count: number;
}

/** Where the time of a thread goes: by the clock, since a model blocks its thread while it runs. */
export interface StageTimes {
  readonly decode: StageTime;
  readonly speechActivity: StageTime;
  readonly embedding: StageTime;
  readonly countermeasure: StageTime;
}

export function noStageTimes(): StageTimes {
  return {
    decode: { ms: 0, count: 0 },
    speechActivity: { ms: 0, count: 0 },
    embedding: { ms: 0, count: 0 },
    countermeasure: { ms: 0, count: 0 },
  };
}

/** Adds what was spent since a moment of `performance.now()`. */
export function spent(stage: StageTime, beganMs: number, count: number): void {
  stage.ms += performance.now() - beganMs;
  stage.count += count;
}
