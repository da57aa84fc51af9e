import { css } from 'lit';

/** The frame of the console. */
export const consoleStyles = css`
  :host {
    min-height: 100dvh;
    display: grid;
    grid-template-rows: auto 1fr;
  }
  .skip {
    position: absolute;
    inset-inline-start: var(--vouch-space-2);
    top: -10rem;
    background: var(--vouch-surface);
    padding: var(--vouch-space-2) var(--vouch-space-4);
    z-index: 2;
  }
  .skip:focus {
    top: var(--vouch-space-2);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: var(--vouch-space-2) var(--vouch-space-3);
    align-items: center;
    padding: var(--vouch-space-2) var(--vouch-space-6);
    background: var(--vouch-surface);
    border-bottom: 1px solid var(--vouch-line);
  }
  .brand {
    font-size: var(--vouch-text-l);
    font-weight: 700;
    letter-spacing: 0.02em;
    text-decoration: none;
    color: var(--vouch-ink);
  }
  .grow {
    flex: 1;
  }
  .who {
    color: var(--vouch-ink-2);
    min-width: 0;
  }
  header button,
  header select.theme {
    min-height: 2.25rem;
    width: auto;
    font-size: var(--vouch-text-s);
  }
  .menu {
    display: none;
  }
  .frame {
    display: grid;
    grid-template-columns: 13rem minmax(0, 1fr);
    align-items: start;
  }
  .frame:not(:has(#navigation)) {
    grid-template-columns: minmax(0, 1fr);
  }
  #navigation {
    padding: var(--vouch-space-4) var(--vouch-space-3);
    position: sticky;
    top: 0;
  }
  .group {
    margin: var(--vouch-space-3) var(--vouch-space-3) var(--vouch-space-1);
    font-size: var(--vouch-text-s);
    font-weight: 600;
    color: var(--vouch-ink-2);
  }
  #navigation ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  #navigation a {
    display: block;
    padding: var(--vouch-space-2) var(--vouch-space-3);
    border-radius: var(--vouch-radius);
    color: var(--vouch-ink);
    text-decoration: none;
  }
  #navigation a:hover {
    background: var(--vouch-surface-2);
  }
  #navigation a[aria-current] {
    background: var(--vouch-accent-soft);
    box-shadow: inset 3px 0 var(--vouch-accent);
    font-weight: 600;
  }
  main {
    padding: var(--vouch-space-4) var(--vouch-space-6) 6rem;
    max-width: 72rem;
    min-width: 0;
  }
  main:focus {
    outline: none;
  }
  .narrow {
    max-width: 32rem;
    margin: var(--vouch-space-8) auto;
  }
  .frame:not(:has(#navigation)) main {
    max-width: none;
  }
  .back {
    margin-bottom: var(--vouch-space-3);
    font-size: var(--vouch-text-s);
  }
  .back a {
    display: inline-block;
    min-height: 1.5rem;
  }
  .status {
    position: fixed;
    inset: auto 0 var(--vouch-space-4);
    display: grid;
    justify-content: center;
    pointer-events: none;
    padding: 0 var(--vouch-space-4);
    z-index: 1;
  }
  .toast {
    pointer-events: auto;
    display: flex;
    gap: var(--vouch-space-3);
    align-items: center;
    background: var(--vouch-ink);
    color: var(--vouch-ground);
    padding: var(--vouch-space-2) var(--vouch-space-2) var(--vouch-space-2) var(--vouch-space-4);
    border-radius: var(--vouch-radius);
    box-shadow: var(--vouch-shadow);
  }
  .toast button {
    min-height: 2rem;
    padding: 0 var(--vouch-space-2);
    background: transparent;
    border-color: transparent;
    color: inherit;
  }
  .toast button:hover:not(:disabled) {
    background: transparent;
    border-color: currentColor;
  }
  @media (max-width: 767px) {
    header {
      padding-inline: var(--vouch-space-4);
    }
    .menu {
      display: inline-block;
    }
    .frame {
      grid-template-columns: minmax(0, 1fr);
    }
    #navigation {
      display: none;
      position: static;
      background: var(--vouch-surface);
      border-bottom: 1px solid var(--vouch-line);
    }
    #navigation.open {
      display: block;
    }
    main {
      padding-inline: var(--vouch-space-4);
    }
    .who {
      order: 1;
      flex-basis: 100%;
    }
  }
`;
