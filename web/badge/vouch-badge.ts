import { html, LitElement } from 'lit';
import { base } from '../design/base.js';
import { tokens } from '../design/tokens.js';

/** The badge. */
export class VouchBadge extends LitElement {
  static override readonly styles = [tokens, base];

  override render() {
    return html`<p>vouch</p>`;
  }
}

customElements.define('vouch-badge', VouchBadge);
