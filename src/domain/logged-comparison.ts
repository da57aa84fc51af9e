import type { Outcome, SourceProfile } from './call.js';
import type { SpeechQuality } from './speech.js';

/** One comparison of a call whose outcome is known, as a calibration is fitted to it. Names nobody. */
export interface LoggedComparison {
  /** Cosine, -1 to 1. */
  readonly score: number;
  /** Cosine in the space of the second opinion; null where there was none. */
  readonly secondScore: number | null;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  /** Null where the call did not say. */
  readonly source: SourceProfile | null;
  readonly outcome: Outcome;
  /** Tells the comparisons of one claimed speaker from those of another within one export, and nothing else; hex. */
  readonly speaker: string;
}
