import { css } from 'lit';
import { essentials } from './essentials.js';
import { rows } from './rows.js';

/** What every element of ours starts from, besides what is essential: headings, tables, boxes. For shadow roots and for pages alike. */
export const base = css`
  ${essentials}
  ${rows}
  h1,
  h2,
  h3 {
    line-height: 1.25;
    margin: 0 0 var(--vouch-space-3);
    text-wrap: balance;
  }
  h1 {
    font-size: var(--vouch-text-xl);
    font-weight: 650;
  }
  h2 {
    font-size: var(--vouch-text-l);
    font-weight: 650;
  }
  h3 {
    font-size: var(--vouch-text-m);
    font-weight: 650;
  }
  p {
    margin: 0 0 var(--vouch-space-3);
    max-width: 70ch;
  }
  a {
    color: var(--vouch-accent);
    text-underline-offset: 0.15em;
  }
  code,
  .mono {
    font-family: var(--vouch-font-mono);
    font-size: 0.9em;
    overflow-wrap: anywhere;
  }
  .stack {
    display: grid;
    gap: var(--vouch-space-4);
  }
  .card {
    background: var(--vouch-surface);
    border: 1px solid var(--vouch-line);
    border-radius: var(--vouch-radius);
    padding: var(--vouch-space-4) var(--vouch-space-6);
  }

  .table-scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th,
  td {
    text-align: start;
    vertical-align: top;
    padding: var(--vouch-space-2) var(--vouch-space-3);
    border-bottom: 1px solid var(--vouch-line);
  }
  th {
    font-size: var(--vouch-text-s);
    color: var(--vouch-ink-2);
    font-weight: 600;
  }
  td.number,
  th.number {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .tag.good {
    background: var(--vouch-good-soft);
    color: var(--vouch-good);
  }
  .tag.bad {
    background: var(--vouch-bad-soft);
    color: var(--vouch-bad);
  }
  .tag.warn {
    background: var(--vouch-warn-soft);
    color: var(--vouch-warn);
  }

  .notice-box {
    border-inline-start: 4px solid var(--vouch-calm);
    background: var(--vouch-calm-soft);
    padding: var(--vouch-space-3) var(--vouch-space-4);
    border-radius: var(--vouch-radius-s);
  }
  .notice-box.good {
    border-color: var(--vouch-good);
    background: var(--vouch-good-soft);
  }
  .notice-box.bad {
    border-color: var(--vouch-bad);
    background: var(--vouch-bad-soft);
  }
  .notice-box.warn {
    border-color: var(--vouch-warn);
    background: var(--vouch-warn-soft);
  }
`;

/** For the page itself, around the elements. */
export const page = css`
  :root {
    color-scheme: light dark;
    font-family: var(--vouch-font);
    background: var(--vouch-ground);
    color: var(--vouch-ink);
  }
  :root[data-theme='light'] {
    color-scheme: light;
  }
  :root[data-theme='dark'] {
    color-scheme: dark;
  }
  body {
    margin: 0;
  }
`;
