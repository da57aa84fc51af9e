import { css } from 'lit';

/** Buttons. Part of `controls`. */
export const buttons = css`
  button,
  .button {
    font: inherit;
    font-weight: 600;
    min-height: 2.5rem;
    padding: 0 var(--vouch-space-4);
    border-radius: var(--vouch-radius);
    border: 1px solid var(--vouch-line-strong);
    background: var(--vouch-surface);
    color: var(--vouch-ink);
    cursor: pointer;
  }
  button:hover:not(:disabled, [aria-disabled='true']) {
    background: var(--vouch-surface-2);
  }
  button.primary {
    background: var(--vouch-accent);
    border-color: var(--vouch-accent);
    color: var(--vouch-accent-ink);
  }
  button.primary:hover:not(:disabled, [aria-disabled='true']) {
    background: color-mix(in srgb, var(--vouch-accent), black 12%);
  }
  button.danger {
    border-color: var(--vouch-bad);
    color: var(--vouch-bad);
  }
  button:disabled,
  button[aria-disabled='true'] {
    cursor: not-allowed;
    color: var(--vouch-ink-2);
    background: var(--vouch-surface-2);
    border-color: var(--vouch-line);
  }
`;
