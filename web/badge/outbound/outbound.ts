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

/** What an agent needs to know in a call that the company made: what to say first, and who of the household answered. */
export class Outbound {
  #phrase = AWAITED;
  #asked = false;

  constructor(
    private readonly host: OutboundHost,
    readonly callId: string,
  ) {}

  /** The call goes on: asks for the phrase until there is an answer. */
  async heard(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
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
    return html`${
      phrase === ''
        ? word === ''
          ? nothing
          : html`<p class="phrase">${say(word)}</p>`
        : html`<p class="phrase" role="status">${say('phrase')} <bdi>${phrase}</bdi></p>`
    }
    ${who in OUTBOUND_EN ? html`<p>${say(who as OutboundWord)}</p>` : nothing}`;
  }
}
