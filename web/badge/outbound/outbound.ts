import { html, nothing, type TemplateResult } from 'lit';
import type { Api } from '../../shared/api.js';
import type { View } from '../view.js';
import { speaker, type Words } from '../words.js';
import { askTrustPhrase, AWAITED, type OutboundWord } from './trust-phrase.js';
import { OUTBOUND_EN } from './words-en.js';

interface OutboundHost {
  readonly api: Api;
  requestUpdate(): void;
}

/** Where nobody tells whether anything was said, it is asked so often, ms: each refusal is recorded. */
const UNTOLD_EVERY_MS = 3000;

/** What an agent needs to know in a call that the company made: what to say first, and who of the household answered. */
export class Outbound {
  #phrase = AWAITED;
  #asked = false;
  #lastMs = performance.now();

  constructor(
    private readonly host: OutboundHost,
    readonly callId: string,
  ) {}

  /**
   * The call goes on: asks for the phrase until there is an answer.
   *
   * @param isTold whether something was said, as against that nobody tells
   */
  async heard(isTold: boolean): Promise<void> {
    const now = performance.now();
    if (this.#asked || (!isTold && now - this.#lastMs < UNTOLD_EVERY_MS)) return;
    this.#asked = true;
    this.#lastMs = now;
    const phrase = await askTrustPhrase(this.host.api, this.callId);
    this.#asked = phrase !== AWAITED;
    this.#phrase = phrase;
    this.host.requestUpdate();
  }

  render(
    { state, identification }: View,
    words: readonly (Words | undefined)[],
  ): TemplateResult | typeof nothing {
    if (state === 'ended') return nothing;
    const say = speaker(OUTBOUND_EN, ...words);
    const { phrase, word } = this.#phrase;
    const who = `who.${identification}`;
    const text = phrase === '' ? word && say(word) : html`${say('phrase')} <bdi>${phrase}</bdi>`;
    // There before the phrase is: screen readers tell what changes within it.
    return html`${text === '' ? nothing : html`<p class="phrase" role="status">${text}</p>`}
    ${this.#phrase !== AWAITED && who in OUTBOUND_EN ? html`<p>${say(who as OutboundWord)}</p>` : nothing}`;
  }
}
