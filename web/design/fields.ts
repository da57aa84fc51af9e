import { css } from 'lit';

/** Fields of forms, and what is said of them. Part of `controls`. */
export const fields = css`
  label {
    display: block;
    font-weight: 600;
    margin-bottom: var(--vouch-space-1);
  }
  input:not([type='checkbox'], [type='radio'], [type='range'], [type='file']),
  select,
  textarea {
    font: inherit;
    color: inherit;
    width: 100%;
    min-height: 2.5rem;
    padding: var(--vouch-space-1) var(--vouch-space-3);
    background: var(--vouch-surface);
    border: 1px solid var(--vouch-line-strong);
    border-radius: var(--vouch-radius);
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 1.25rem;
    height: 1.25rem;
    accent-color: var(--vouch-accent);
  }
  [aria-invalid='true'] {
    border-color: var(--vouch-bad) !important;
    border-width: 2px !important;
  }
  .hint {
    font-size: var(--vouch-text-s);
    color: var(--vouch-ink-2);
    margin: var(--vouch-space-1) 0 0;
  }
  .problem {
    font-size: var(--vouch-text-s);
    color: var(--vouch-bad);
    font-weight: 600;
    margin: var(--vouch-space-1) 0 0;
  }
`;
