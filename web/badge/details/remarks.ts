import { html, nothing, type TemplateResult } from 'lit';
import type { View } from '../view.js';
import { isDetailWord, type SayDetail } from './words.js';

/** What makes a decision weaker or explains it, and what was done against it. */
export function remarksOf({ hints, override }: View, say: SayDetail): TemplateResult | typeof nothing {
  const words = [...hints.map((hint) => `hint.${hint}`), `override.${override}`].filter(isDetailWord);
  if (words.length === 0) return nothing;
  return html`<ul>
    ${words.map((word) => html`<li class="tag">${say(word)}</li>`)}
  </ul>`;
}
