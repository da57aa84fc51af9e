import { css } from 'lit';

export const style = css`
  header {
    padding: var(--vouch-space-4);
    border-bottom: 1px solid var(--vouch-line);
    background: var(--vouch-surface);
  }
  header h1 {
    font-size: var(--vouch-text-l);
    margin: 0;
  }
  header p {
    margin: 0;
  }
  main {
    display: grid;
    gap: var(--vouch-space-6);
    grid-template-columns: minmax(0, 22rem) minmax(0, 32rem);
    padding: var(--vouch-space-6) var(--vouch-space-4);
    align-items: start;
  }
  @media (max-width: 48rem) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  ul {
    list-style: none;
    margin: 0 0 var(--vouch-space-3);
    padding: 0;
    display: grid;
    gap: var(--vouch-space-2);
  }
  li button {
    width: 100%;
    text-align: start;
    padding: var(--vouch-space-2) var(--vouch-space-3);
  }
  li button[aria-pressed='true'] {
    border-color: var(--vouch-accent);
    border-inline-start-width: 6px;
    background: var(--vouch-accent-soft);
  }
  li small {
    display: block;
    font-weight: 400;
    font-size: var(--vouch-text-s);
    color: var(--vouch-ink-2);
  }
  section {
    display: grid;
    gap: var(--vouch-space-4);
    min-width: 0;
  }
  h2,
  p {
    margin: 0;
  }
  label {
    display: flex;
    gap: var(--vouch-space-2);
    align-items: center;
  }
`;
