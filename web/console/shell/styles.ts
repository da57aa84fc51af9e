import { css } from 'lit';

/** What pages have in common beyond `base` and `controls`. */
export const pageStyles = css`
  :host {
    display: grid;
    gap: var(--vouch-space-4);
    align-content: start;
    min-width: 0;
  }
  h1 {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h1:focus {
    outline: none;
  }
  .card > :last-child,
  .notice-box > :last-child,
  .notice-box p:last-child {
    margin-bottom: 0;
  }
  td p:last-child {
    margin-bottom: 0;
  }
  .stack > * {
    margin-bottom: 0;
    min-width: 0;
  }
  .spread {
    display: flex;
    flex-wrap: wrap;
    gap: var(--vouch-space-3);
    justify-content: space-between;
    align-items: baseline;
  }
  .spread > * {
    margin-bottom: 0;
  }
  .columns {
    display: grid;
    gap: var(--vouch-space-4);
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
    align-items: start;
  }
  .empty {
    text-align: center;
    padding: var(--vouch-space-8) var(--vouch-space-4);
  }
  .empty p {
    margin-inline: auto;
  }
  a.button {
    display: inline-flex;
    align-items: center;
    text-decoration: none;
  }
  a.button:hover {
    background: var(--vouch-surface-2);
  }
  a.button.primary {
    background: var(--vouch-accent);
    border-color: var(--vouch-accent);
    color: var(--vouch-accent-ink);
  }
  .facts {
    display: grid;
    gap: var(--vouch-space-2);
    margin: 0;
  }
  .facts > div {
    display: grid;
    grid-template-columns: minmax(8rem, 12rem) 1fr;
    gap: var(--vouch-space-1) var(--vouch-space-4);
  }
  .facts dt {
    color: var(--vouch-ink-2);
  }
  .facts dd {
    margin: 0;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .fields {
    display: grid;
    gap: var(--vouch-space-4) var(--vouch-space-6);
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
    align-items: start;
  }
  .fields:empty {
    display: none;
  }
  .field {
    min-width: 0;
    max-width: 40rem;
  }
  .field.wide {
    max-width: none;
    grid-column: 1 / -1;
  }
  input[type='file'] {
    font: inherit;
    max-width: 100%;
    min-height: 2.5rem;
  }
  input[type='file']::file-selector-button {
    font: inherit;
    font-weight: 600;
    min-height: 2.5rem;
    margin-inline-end: var(--vouch-space-3);
    padding: 0 var(--vouch-space-4);
    border: 1px solid var(--vouch-line-strong);
    border-radius: var(--vouch-radius);
    background: var(--vouch-surface);
    color: var(--vouch-ink);
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  legend {
    font-weight: 600;
    padding: 0;
    margin-bottom: var(--vouch-space-1);
  }
  label.choice {
    display: flex;
    gap: var(--vouch-space-2);
    align-items: center;
    font-weight: 400;
    min-height: 2rem;
    margin: 0;
  }
  label.choice input {
    flex: none;
    margin: 0;
  }
  dialog {
    border: 1px solid var(--vouch-line-strong);
    border-radius: var(--vouch-radius);
    background: var(--vouch-surface);
    color: var(--vouch-ink);
    width: min(38rem, calc(100vw - 2rem));
    max-height: calc(100dvh - 2rem);
    padding: var(--vouch-space-4) var(--vouch-space-6) var(--vouch-space-6);
    box-shadow: var(--vouch-shadow);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  progress {
    width: 100%;
    height: 0.75rem;
    accent-color: var(--vouch-accent);
  }
  pre {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    margin: 0;
    font: inherit;
  }
  .wording {
    border-inline-start: 4px solid var(--vouch-accent);
    background: var(--vouch-accent-soft);
    padding: var(--vouch-space-3) var(--vouch-space-4);
    border-radius: var(--vouch-radius-s);
    max-width: 70ch;
  }
  .wording span {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .wording span.visually-hidden {
    white-space: nowrap;
  }
  @media (max-width: 640px) {
    .card {
      padding: var(--vouch-space-3) var(--vouch-space-4);
    }
    .facts > div {
      grid-template-columns: 1fr;
    }
  }
  /* Beside the navigation a tablet has no room for columns either: every row is a block, of two columns where they fit. */
  @media (max-width: 63.99rem) {
    table,
    tbody,
    td {
      display: block;
    }
    thead {
      position: absolute;
      clip-path: inset(50%);
      width: 1px;
      height: 1px;
      overflow: hidden;
    }
    tr {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
      column-gap: var(--vouch-space-6);
      padding: var(--vouch-space-2) 0;
      border-bottom: 1px solid var(--vouch-line);
    }
    td,
    td.number {
      border: 0;
      padding: var(--vouch-space-1) 0;
      text-align: start;
      display: grid;
      grid-template-columns: 7rem minmax(0, 1fr);
      align-content: start;
      gap: var(--vouch-space-3);
    }
    td .tag {
      align-items: baseline;
      border-radius: var(--vouch-radius);
    }
    td::before {
      content: attr(data-head);
      color: var(--vouch-ink-2);
      font-size: var(--vouch-text-s);
    }
  }
`;
