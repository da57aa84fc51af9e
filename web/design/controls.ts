import { css } from 'lit';

/** Buttons and fields, for whoever has some; beside `base`. */
export const controls = css`
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
  button:hover:not(:disabled) {
    background: var(--vouch-surface-2);
  }
  button.primary {
    background: var(--vouch-accent);
    border-color: var(--vouch-accent);
    color: var(--vouch-accent-ink);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--vouch-accent), black 12%);
  }
  button.danger {
    border-color: var(--vouch-bad);
    color: var(--vouch-bad);
  }
  button:disabled {
    cursor: not-allowed;
    color: var(--vouch-ink-2);
    background: var(--vouch-surface-2);
    border-color: var(--vouch-line);
  }
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
