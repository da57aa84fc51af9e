import { isUnreadable } from '../../keys/index.js';
import type { HeldData } from './held-data.js';

/** What stands sealed of a person; what does not open any more is noted, and keeps nobody from the rest. */
export class Opened {
  readonly #unreadable = new Set<keyof HeldData>();

  /** Reads a part; nothing where it does not open. */
  async read<T>(part: keyof HeldData, nothing: T, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#unreadable.add(part);
      return nothing;
    }
  }

  /** The parts of which something did not open. */
  unreadable(): readonly string[] {
    return [...this.#unreadable];
  }
}
