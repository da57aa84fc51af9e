import { css } from 'lit';

/**
 * The one place of colours, sizes and type, for badge and console. A host page themes the badge by setting any of these
 * properties on it or around it; `color-scheme` chooses between light and dark.
 *
 * Every pair that text is set in has a contrast of at least 4.5:1 in both themes, and what marks a control at least 3:1
 * (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const tokens = css`
  :host,
  :root {
    --vouch-font: system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
    --vouch-font-mono: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
    --vouch-text-s: 0.8125rem;
    --vouch-text-m: 0.9375rem;
    --vouch-text-l: 1.125rem;
    --vouch-text-xl: 1.5rem;
    --vouch-space-1: 0.25rem;
    --vouch-space-2: 0.5rem;
    --vouch-space-3: 0.75rem;
    --vouch-space-4: 1rem;
    --vouch-space-6: 1.5rem;
    --vouch-space-8: 2rem;
    --vouch-radius: 0.5rem;
    --vouch-radius-s: 0.25rem;

    --vouch-ground: light-dark(#f6f7f9, #14171c);
    --vouch-surface: light-dark(#ffffff, #1c2027);
    --vouch-surface-2: light-dark(#eef0f4, #262b34);
    --vouch-line: light-dark(#d5dae2, #39404c);
    --vouch-line-strong: light-dark(#7c8798, #7f8a9b);
    --vouch-ink: light-dark(#1a2230, #e8ebf0);
    --vouch-ink-2: light-dark(#4b5768, #b3bccb);
    --vouch-accent: light-dark(#1f4f99, #8fb8f5);
    --vouch-accent-ink: light-dark(#ffffff, #0f1a2b);
    --vouch-accent-soft: light-dark(#e4edfa, #22324a);

    --vouch-good: light-dark(#17663a, #7ed3a0);
    --vouch-good-soft: light-dark(#e2f3e8, #173524);
    --vouch-bad: light-dark(#a3202b, #f5a3a8);
    --vouch-bad-soft: light-dark(#fbe6e7, #431c20);
    --vouch-warn: light-dark(#7a4b00, #f0c274);
    --vouch-warn-soft: light-dark(#fcf0d9, #3d2d0e);
    --vouch-calm: light-dark(#3c4a5e, #b7c3d4);
    --vouch-calm-soft: light-dark(#e9edf3, #2a313c);

    --vouch-focus: light-dark(#0b57d0, #a8c7fa);
    --vouch-shadow: 0 1px 2px rgb(0 0 0 / 8%), 0 2px 8px rgb(0 0 0 / 6%);
  }
`;
