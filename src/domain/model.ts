import type { EmbeddingSpace } from './speech.js';

/** The models that a process computes with. */
export interface ModelInformation {
  /** The embedding spaces of each window, with the graph that computes each. */
  readonly spaces: readonly EmbeddingSpace[];
  /** All that models.json names. */
  readonly graphs: readonly {
    readonly id: string;
    /** Its file's name. */
    readonly file: string;
    /** Hex. */
    readonly sha256: string;
    /** What it is for, as models.json says. */
    readonly task: 'speaker-embedding' | 'speech-activity' | 'countermeasure';
    /** Empty for other tasks. */
    readonly space: string;
    /** `fp32` or `int8`; empty for other tasks. */
    readonly precision: string;
    readonly inUse: boolean;
  }[];
}
