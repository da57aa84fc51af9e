import { EN } from './words-en.js';
import { speaker, type Say, type Words } from './words.js';

/** What a badge says its texts in: its own language, else that of the page; German where that is spoken, else English. */
export class Language {
  /** Fetched where it is spoken; undefined: not yet; null: it could not be had, and English is better than nothing. */
  #german: Words | null | undefined;
  #fetching = false;

  constructor(private readonly host: HTMLElement & { readonly words: Words; requestUpdate(): void }) {}

  get name(): 'de' | 'en' {
    const { host } = this;
    // Nothing is seen from within a shadow root but the page itself.
    const { lang } = host.lang ? host : (host.closest<HTMLElement>('[lang]') ?? document.documentElement);
    return this.#german !== null && /^de\b/i.test(lang) ? 'de' : 'en';
  }

  /** Whether the texts are there. */
  get isHere(): boolean {
    return this.name === 'en' || !!this.#german;
  }

  /** Texts that count more than the English ones. */
  get words(): readonly (Words | undefined)[] {
    return [this.name === 'de' ? (this.#german ?? undefined) : undefined, this.host.words];
  }

  get say(): Say {
    return speaker(EN, ...this.words);
  }

  fetch(): void {
    if (this.isHere || this.#fetching) return;
    this.#fetching = true;
    void import('./words-de.js')
      .then(({ DE }) => DE)
      .catch(() => null)
      .then((words) => {
        this.#german = words;
        this.host.requestUpdate();
      });
  }
}
