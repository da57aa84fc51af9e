import { html, nothing, type TemplateResult } from 'lit';
import type { Announcement } from './announcer.js';
import type { Desk } from './details/desk.js';
import { shapeOf, toneOf } from './look.js';
import type { Outbound } from './outbound/outbound.js';
import type { View } from './view.js';
import { instructionOf, type Say, type Words } from './words.js';

/** All that a badge shows. */
export interface Shown {
  readonly view: View;
  readonly say: Say;
  /** Of the texts, a BCP 47 tag: for numbers. */
  readonly language: string;
  /** In a call that the company made. */
  readonly outbound: Outbound | undefined;
  readonly announcement: Announcement;
  /** Texts that count more than the English ones. */
  readonly words: readonly (Words | undefined)[];
  /** Once there is something to be done. */
  readonly desk: Desk | undefined;
}

/** The badge. */
export function badgeOf(shown: Shown): TemplateResult {
  const { view, say, announcement, language } = shown;
  const { state, speakerId, last } = view;
  return html`<div class="badge ${toneOf(state)}" role="group" aria-label=${say('label')} lang=${language}>
    <div class="head">
      ${shapeOf(state)}
      <div>
        <p class="title">${say(state)}</p>
        <p>${instructionOf(view, say)}</p>
        ${last === '' ? nothing : html`<p>${say('last', { state: say(last) })}</p>`}
      </div>
    </div>
    ${shown.outbound?.render(view, shown.words)} ${progress(shown)}
    ${
      speakerId === ''
        ? nothing
        : html`<p class="who small quiet">
            ${say('customer')}: <bdi class="id" title=${speakerId}>${speakerId}</bdi>
          </p>`
    }
    ${shown.desk?.render(shown.words)}
    <div class="visually-hidden" role="status">${announcement.polite}</div>
    <div class="visually-hidden" role="alert">${announcement.assertive}</div>
  </div>`;
}

function progress({ view, say, language }: Shown): unknown {
  if (!view.progress) return nothing;
  const { heardMs, neededMs } = view.progress;
  const seconds = (ms: number) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1000);
  const told = say('progress.of', { heard: seconds(heardMs), needed: seconds(neededMs) });
  return html`<div class="small quiet">
    <span aria-hidden="true">${say('progress')}: ${told}</span>
    <progress
      aria-label=${say('progress')}
      aria-valuetext=${told}
      max=${neededMs}
      .value=${heardMs}
    ></progress>
  </div>`;
}
