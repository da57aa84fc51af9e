import { html, nothing, type TemplateResult } from 'lit';
import { PROOFS, type Wording } from './actions.js';
import type { Offer } from './offers.js';
import { isDetailWord, type DetailWord, type SayDetail } from './words.js';

/** What is open below the badge, and how it stands. */
export interface Panel {
  readonly offer: Exclude<Offer, 'evaluate'>;
  /** For a consent: what is read aloud; null: there is none; undefined: it is being fetched. */
  readonly wording?: Wording | null | undefined;
}

/** What a panel's form is given. */
export interface PanelParts {
  readonly panel: Panel;
  readonly say: SayDetail;
  readonly busy: boolean;
  /** The value of the button that was pressed comes with the fields, as `said`. */
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly onCancel: () => void;
}

const ACTIONS = ['PROCEEDED', 'STEPPED_UP', 'REFUSED', 'ESCALATED'];
const REASONS = [
  'OTHERWISE_IDENTIFIED',
  'VOICE_IMPAIRED',
  'POOR_LINE',
  'SUSPICION',
  'CUSTOMER_REQUEST',
  'SUPERVISOR_APPROVED',
  'OTHER',
];

/** The form of an offer. */
export function panelOf(parts: PanelParts): TemplateResult {
  const { panel, say, onSubmit, onCancel } = parts;
  const body = { consent, enrol, optOut, override }[panel.offer](parts);
  return html`<form
    aria-label=${say(panel.offer)}
    @submit=${onSubmit}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') onCancel();
    }}
  >
    ${body}
  </form>`;
}

function consent(parts: PanelParts): TemplateResult {
  const { say, panel } = parts;
  const { wording } = panel;
  if (wording === undefined) return html`<p>…</p>`;
  if (wording === null)
    return html`<p>${say('consent.none')}</p>
      ${buttons(parts, [])}`;
  const { text = '', language = '', purposes = [] } = wording.notice ?? {};
  const several = purposes.length > 1;
  return html`<p class="legend" id="read">${say('consent.title')}</p>
    <blockquote lang=${language} tabindex="0" role="region" aria-labelledby="read">${text}</blockquote>
    ${
      several
        ? html`<fieldset>
            <legend>${say('consent.to')}</legend>
            ${purposes.map(
              (purpose) =>
                html`<label class="choice"
                  ><input
                    type="checkbox"
                    name="purpose"
                    value=${purpose}
                    ?required=${purpose === 'PURPOSE_VERIFY'}
                  />${named(say, purpose)}</label
                >`,
            )}
          </fieldset>`
        : purposes.map((purpose) => html`<input type="hidden" name="purpose" value=${purpose} />`)
    }
    ${buttons(parts, ['consent.yes', 'consent.no', 'consent.later'])}`;
}

const named = (say: SayDetail, purpose: string) => {
  const word = purpose.replace('PURPOSE_', 'purpose.');
  return isDetailWord(word) ? say(word) : purpose;
};

function enrol(parts: PanelParts): TemplateResult {
  const { say } = parts;
  return html`<fieldset>
      <legend>${say('enrol.title')}</legend>
      ${Object.keys(PROOFS).map(
        (proof) =>
          html`<label class="choice"
            ><input
              type="radio"
              name="proof"
              value=${proof}
              required
            />${say(`proof.${proof}` as DetailWord)}</label
          >`,
      )}
    </fieldset>
    ${buttons(parts, ['send'])}`;
}

function optOut(parts: PanelParts): TemplateResult {
  const { say } = parts;
  return html`<p class="legend">${say('optOut.title')}</p>
    <p>${say('optOut.text')}</p>
    ${buttons(parts, ['send'])}`;
}

function override(parts: PanelParts): TemplateResult {
  const { say } = parts;
  const choice = (name: string, label: DetailWord, values: readonly string[]) =>
    html`<div>
      <label for=${name}>${say(label)}</label>
      <select id=${name} name=${name} required>
        <option value=""></option>
        ${values.map((value) => html`<option value=${value}>${say(`${name}.${value}` as DetailWord)}</option>`)}
      </select>
    </div>`;
  return html`<p class="legend">${say('override.title')}</p>
    ${choice('action', 'override.action', ACTIONS)} ${choice('why', 'override.reason', REASONS)}
    <div>
      <label for="note">${say('override.note')}</label>
      <input id="note" name="note" maxlength="120" autocomplete="off" />
    </div>
    ${buttons(parts, ['send'])}`;
}

function buttons({ say, busy, onCancel }: PanelParts, words: readonly DetailWord[]): TemplateResult {
  return html`<div class="row">
    ${words.map(
      (word, index) =>
        html`<button
          class=${index === 0 ? 'primary' : nothing}
          name="said"
          value=${word}
          ?formnovalidate=${index > 0}
          ?disabled=${busy}
        >
          ${say(word)}
        </button>`,
    )}
    <button type="button" @click=${onCancel}>${say('cancel')}</button>
  </div>`;
}
