import { svg, html } from 'lit';

/** A bar beside a number in a table; the number says the same. */
export function shareBar(share: number): unknown {
  const width = `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
  return html`<svg class="share-bar" width="100%" height="12" aria-hidden="true" preserveAspectRatio="none">
    ${svg`<rect class="track" width="100%" height="12" rx="2"></rect><rect class="filled" width=${width} height="12" rx="2"></rect>`}
  </svg>`;
}
