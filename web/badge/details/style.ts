import { css } from 'lit';

export const style = css`
  ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--vouch-space-2);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .tag {
    border-radius: var(--vouch-radius-s);
  }
  .row {
    gap: var(--vouch-space-2);
  }
  form {
    display: grid;
    gap: var(--vouch-space-3);
    border-top: 1px solid var(--vouch-line);
    padding-top: var(--vouch-space-3);
  }
  blockquote {
    margin: 0;
    padding: var(--vouch-space-3);
    background: var(--vouch-accent-soft);
    border-radius: var(--vouch-radius);
    max-height: 14rem;
    overflow-y: auto;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  .legend,
  legend {
    padding: 0;
    margin: 0 0 var(--vouch-space-2);
    font-size: inherit;
    font-weight: 600;
  }
  .choice {
    display: flex;
    gap: var(--vouch-space-2);
    align-items: center;
    min-height: 2rem;
    margin: 0;
    font-weight: 400;
  }
  .choice input {
    flex: none;
    margin: 0;
  }
  .problem {
    margin: 0;
  }
`;
