import { html } from 'lit';

/** A table of many columns: where it does not fit, it scrolls by itself, with the keyboard, too. */
export function wide(label: string, table: unknown): unknown {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}>${table}</div>`;
}
