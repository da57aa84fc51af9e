import type { ArtefactReference, RiskResult } from '../domain/decision.js';
import type { Countermeasure, SpeechWindow } from '../domain/speech.js';
import { COUNTERMEASURE } from '../embedding/index.js';
import type { AssessmentTerms } from './assessment-terms.js';

/**
 * Whether a call's speech is taken for synthetic: by the mean of what the countermeasure makes of the windows that the
 * decision rests on, each by its length. What was suspected once stays so for the whole call, on whatever stream: speech of
 * a person that is added later takes nothing back.
 */
export class SpoofWatch {
  readonly #model: Countermeasure | undefined;
  #suspected: boolean;
  #weightedLlr = 0;
  #netSpeechMs = 0;

  constructor({ policy, spoof }: Pick<AssessmentTerms, 'policy' | 'spoof'>) {
    this.#model = policy.syntheticSpeech === 'OFF' ? undefined : spoof?.model;
    this.#suspected = spoof?.suspected ?? false;
  }

  /** What is to be computed for it. */
  get wanted(): readonly string[] {
    return this.#model ? [COUNTERMEASURE] : [];
  }

  get result(): RiskResult {
    if (this.#suspected) return 'SUSPECTED';
    return this.#netSpeechMs > 0 ? 'NOT_SUSPECTED' : 'NOT_PERFORMED';
  }

  /** The model that the result is of; null where it was not performed. */
  get restsOn(): ArtefactReference | null {
    if (!this.#model || this.result === 'NOT_PERFORMED') return null;
    return { id: this.#model.modelId, version: 0, sha256: this.#model.modelSha256 };
  }

  /** Takes a window of the evidence. */
  hear({ bonaFideLlr, netSpeechMs }: SpeechWindow): void {
    if (!this.#model || bonaFideLlr === undefined) return;
    this.#weightedLlr += bonaFideLlr * netSpeechMs;
    this.#netSpeechMs += netSpeechMs;
    if (this.#weightedLlr / this.#netSpeechMs < this.#model.suspectedBelowLlr) this.#suspected = true;
  }

  /** The evidence starts again: another voice is judged by its own speech. */
  restart(): void {
    this.#weightedLlr = this.#netSpeechMs = 0;
  }
}
