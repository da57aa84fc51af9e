import type { StateName } from './view.js';

/** What a screen reader is told: at once where something that was relied on does not hold any more, else when it is convenient. */
export interface Announcement {
  readonly polite: string;
  readonly assertive: string;
}

/** States that come and go, and mean nothing to be done. */
const PASSING: ReadonlySet<StateName> = new Set(['idle', 'connecting', 'shadow']);

/** Tells each change of state once. */
export class Announcer {
  #said = '';
  #callId = '';
  #relied = false;

  /** What is to be said now; undefined: nothing new. */
  next(callId: string, state: StateName, text: string): Announcement | undefined {
    if (callId !== this.#callId) {
      this.#callId = callId;
      this.#relied = false;
      this.#said = '';
      if (PASSING.has(state)) return { polite: '', assertive: '' };
    }
    if (PASSING.has(state) || text === this.#said) return undefined;
    const withdrawn = this.#relied && state !== 'verified' && state !== 'ended' && state !== 'paused';
    this.#said = text;
    // What comes after `listening` says what became of what was relied on.
    this.#relied = state === 'verified' || (this.#relied && (state === 'paused' || state === 'listening'));
    return withdrawn || state === 'caller-changed'
      ? { polite: '', assertive: text }
      : { polite: text, assertive: '' };
  }
}
