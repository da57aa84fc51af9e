/** So much is kept at most while nobody uses it, windows of 192 KB. */
const MOST_FREE = 32;

/**
 * The memory of windows, for all streams of a thread: made anew for each window, it was what a worker's garbage collector
 * ran for. A stream that holds no speech holds none of it.
 */
export class WindowMemory {
  readonly #free: Float32Array[] = [];

  /** @param windowSamples samples of a whole window. */
  constructor(private readonly windowSamples: number) {}

  /** Room for a window, all zeros. */
  take(): Float32Array {
    return this.#free.pop() ?? new Float32Array(this.windowSamples);
  }

  /** Takes back what `take` gave, or any part of it; nobody may use it any more. It is wiped at once. */
  giveBack(samples: Float32Array): void {
    const window = new Float32Array(samples.buffer).fill(0);
    if (this.#free.length < MOST_FREE) this.#free.push(window);
  }
}
