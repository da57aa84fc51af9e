/**
 * Something that is waited for in turns. Asked of the promise itself, each turn would leave something with it for as long as it
 * does not come, which for a call that is silent is hours.
 */
export class Expected<T> {
  #isHere = false;
  #wake: () => void = () => undefined;

  constructor(private readonly promise: Promise<T>) {
    const here = () => {
      this.#isHere = true;
      this.#wake();
    };
    promise.then(here, here);
  }

  /** Waits for so long, ms, or until it is here or has failed. Returns which. */
  async within(ms: number): Promise<boolean> {
    if (this.#isHere) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#isHere;
  }

  /** What came. Rejects with what it failed with. */
  take(): Promise<T> {
    return this.promise;
  }
}
