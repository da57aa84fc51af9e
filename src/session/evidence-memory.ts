import type { KeptEvidence } from './kept-evidence.js';

interface Remembered {
  readonly epoch: number;
  readonly evidence: KeptEvidence;
  readonly forgetAtMs: number;
}

/** What the broken streams of this process heard, for as long as their calls may be taken up again; bounded. */
export class EvidenceMemory {
  /** Oldest first. */
  readonly #calls = new Map<string, Remembered>();

  /**
   * @param keepMs how long a call may be taken up again
   * @param most calls at once
   */
  constructor(
    private readonly keepMs: number,
    private readonly most: number,
  ) {}

  put(key: string, epoch: number, evidence: KeptEvidence): void {
    this.#calls.delete(key);
    this.#calls.set(key, { epoch, evidence, forgetAtMs: performance.now() + this.keepMs });
    for (const [each, { forgetAtMs }] of this.#calls) {
      if (this.#calls.size <= this.most && forgetAtMs > performance.now()) break;
      this.#calls.delete(each);
    }
  }

  /** What the stream of this epoch heard, once; null where it is not known, or was another's since. */
  take(key: string, epoch: number): KeptEvidence | null {
    const found = this.#calls.get(key);
    this.#calls.delete(key);
    return found?.epoch === epoch && found.forgetAtMs > performance.now() ? found.evidence : null;
  }
}
