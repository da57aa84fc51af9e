import { css } from 'lit';

/** What the pages about the service at work have beyond those of all pages. */
export const opsStyles = css`
  .figures {
    display: grid;
    gap: var(--vouch-space-3);
    grid-template-columns: repeat(auto-fit, minmax(min(45%, 9rem), 1fr));
    margin: 0;
  }
  .figures > div {
    display: flex;
    flex-direction: column-reverse;
    justify-content: flex-end;
    background: var(--vouch-surface);
    border: 1px solid var(--vouch-line);
    border-radius: var(--vouch-radius);
    padding: var(--vouch-space-3) var(--vouch-space-4);
  }
  .figures dd {
    margin: 0;
    font-size: var(--vouch-text-xl);
    font-weight: 650;
    font-variant-numeric: tabular-nums;
    line-height: 1.25;
  }
  .figures dt {
    color: var(--vouch-ink-2);
    font-size: var(--vouch-text-s);
  }
  .poll {
    justify-content: flex-end;
  }
  .filters {
    display: grid;
    gap: var(--vouch-space-3);
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr));
    align-items: end;
  }
  td .facts > div {
    grid-template-columns: 1fr;
    gap: 0;
  }
  td details {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .filters > div {
    max-width: 24rem;
  }
  td .id {
    display: inline-block;
    max-width: 18rem;
  }
  td a .id {
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }
  @media (min-width: 64rem) {
    td time {
      white-space: nowrap;
    }
    td > div > .id:only-child,
    td a .id {
      min-width: 6rem;
    }
  }
  .fields > h2 {
    grid-column: 1 / -1;
    margin: var(--vouch-space-3) 0 0;
  }
  .fields > h2:first-child {
    margin-top: 0;
  }
  .search fieldset {
    grid-column: 1 / -1;
    max-width: none;
  }
  .search fieldset label.choice {
    display: inline-flex;
    width: min(100%, 19rem);
  }
  .share-bar {
    display: block;
    min-width: 5rem;
    margin-top: 0.35em;
  }
  .share-bar .track {
    fill: var(--vouch-surface-2);
  }
  .share-bar .filled {
    fill: var(--vouch-accent);
  }
  details > summary {
    cursor: pointer;
    min-height: 1.5rem;
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: var(--vouch-space-1);
  }
  .meanwhile {
    position: sticky;
    top: var(--vouch-space-4);
  }
  .meaning {
    display: grid;
    gap: var(--vouch-space-6);
  }
  .secret {
    display: block;
    padding: var(--vouch-space-2) var(--vouch-space-3);
    background: var(--vouch-surface);
    color: var(--vouch-ink);
    border-radius: var(--vouch-radius-s);
    user-select: all;
  }
  ul.plain {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  ins {
    text-decoration: none;
    font-weight: 600;
  }
  del {
    color: var(--vouch-ink-2);
  }
  @media (min-width: 64rem) {
    .to-meaning {
      display: none;
    }
    .beside {
      display: grid;
      grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
      gap: var(--vouch-space-4);
      align-items: start;
    }
  }
`;
