import { css } from 'lit';

/** What the smallest element of ours needs: type, focus, ids, words with a colour. Part of `base`. */
export const essentials = css`
  :host {
    display: block;
    font: var(--vouch-text-m) / 1.5 var(--vouch-font);
    color: var(--vouch-ink);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 3px solid var(--vouch-focus);
    outline-offset: 2px;
    border-radius: var(--vouch-radius-s);
  }
  /* Ids come from outside: their direction is their own, and they never push the page wide. */
  .id {
    unicode-bidi: isolate;
    overflow-wrap: anywhere;
  }
  .quiet {
    color: var(--vouch-ink-2);
  }
  .small {
    font-size: var(--vouch-text-s);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
