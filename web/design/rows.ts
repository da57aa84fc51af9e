import { css } from 'lit';

/** Things side by side, and words that are marked. Part of `base`. */
export const rows = css`
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--vouch-space-3);
    align-items: center;
  }
  /* A word with a colour and a shape before it, never a colour alone. */
  .tag {
    display: inline-flex;
    align-items: center;
    gap: var(--vouch-space-1);
    padding: 0 var(--vouch-space-2);
    min-height: 1.5rem;
    border-radius: 999px;
    font-size: var(--vouch-text-s);
    font-weight: 600;
    background: var(--vouch-calm-soft);
    color: var(--vouch-calm);
  }
`;
