import { css } from 'lit';

export const style = css`
  :host {
    container-type: inline-size;
    min-width: 0;
  }
  :host([state='shadow']) {
    display: none;
  }
  .badge {
    --tone: var(--vouch-calm);
    --soft: var(--vouch-calm-soft);
    background: var(--vouch-surface);
    border: 1px solid var(--vouch-line);
    border-inline-start: 6px solid var(--tone);
    border-radius: var(--vouch-radius);
    padding: var(--vouch-space-4);
    display: grid;
    gap: var(--vouch-space-3);
  }
  .good {
    --tone: var(--vouch-good);
    --soft: var(--vouch-good-soft);
  }
  .bad {
    --tone: var(--vouch-bad);
    --soft: var(--vouch-bad-soft);
  }
  .warn {
    --tone: var(--vouch-warn);
    --soft: var(--vouch-warn-soft);
  }
  .head {
    display: flex;
    gap: var(--vouch-space-3);
    align-items: flex-start;
  }
  svg {
    flex: none;
    width: 2.75rem;
    fill: none;
    stroke: var(--tone);
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .outline {
    fill: var(--soft);
    stroke-width: 1.5;
  }
  p {
    margin: 0;
  }
  .title {
    font-size: var(--vouch-text-l);
    font-weight: 700;
    line-height: 1.3;
    color: var(--tone);
  }
  .who {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  progress {
    display: block;
    width: 100%;
    height: 0.5rem;
    margin-top: var(--vouch-space-1);
    appearance: none;
    border: 0;
    border-radius: 1rem;
    overflow: hidden;
    background: var(--vouch-line);
  }
  progress::-webkit-progress-bar {
    background: var(--vouch-line);
  }
  progress::-webkit-progress-value {
    background: var(--vouch-accent);
  }
  /* Where a person's own colours replace these, the system draws it. */
  @media (forced-colors: active) {
    progress {
      appearance: auto;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    progress::-webkit-progress-value {
      transition: width 0.9s linear;
    }
  }
  progress::-moz-progress-bar {
    background: var(--vouch-accent);
  }
  .phrase {
    margin: 0;
    padding: var(--vouch-space-3);
    background: var(--vouch-accent-soft);
    /* Seen where colours are forced. */
    border: 1px solid transparent;
    border-radius: var(--vouch-radius);
  }
  .phrase bdi {
    display: block;
    font-size: var(--vouch-text-l);
    font-weight: 650;
    overflow-wrap: anywhere;
  }
`;
