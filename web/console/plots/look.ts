import { css, html, svg } from 'lit';

/** How something is drawn: its colour and its pattern, so that no two are told apart by colour alone. */
export type Look = 'good' | 'bad' | 'warn' | 'calm' | 'accent';

/** Colours of plots, all from the tokens. */
export const plotStyles = css`
  svg {
    display: block;
    max-width: 100%;
  }
  svg text {
    font: 12px var(--vouch-font);
    fill: var(--vouch-ink-2);
  }
  svg text.strong {
    fill: var(--vouch-ink);
    font-weight: 600;
  }
  .grid {
    stroke: var(--vouch-line);
    stroke-width: 1;
  }
  .axis {
    stroke: var(--vouch-line-strong);
    stroke-width: 1;
  }
  .line {
    fill: none;
    stroke: var(--vouch-ink);
    stroke-width: 2;
  }
  .marker {
    stroke: var(--vouch-accent);
    stroke-width: 2;
  }
  .paper {
    fill: var(--vouch-surface);
  }
  .good {
    fill: var(--vouch-good);
    stroke: var(--vouch-good);
  }
  .bad {
    fill: var(--vouch-bad);
    stroke: var(--vouch-bad);
  }
  .warn {
    fill: var(--vouch-warn);
    stroke: var(--vouch-warn);
  }
  .calm {
    fill: var(--vouch-calm);
    stroke: var(--vouch-calm);
  }
  .accent {
    fill: var(--vouch-accent);
    stroke: var(--vouch-accent);
  }
  .outline {
    stroke-width: 1;
  }
  @media (forced-colors: active) {
    svg text {
      fill: CanvasText;
    }
  }
`;

/** The patterns that `fillOf` names; once in every `svg`. */
export function patterns(): unknown {
  return svg`<defs>
    <pattern id="fill-bad" width="6" height="6" patternUnits="userSpaceOnUse">
      <rect class="paper" width="6" height="6"></rect>
      <path class="bad" stroke-width="2" d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5"></path>
    </pattern>
    <pattern id="fill-warn" width="6" height="6" patternUnits="userSpaceOnUse">
      <rect class="paper" width="6" height="6"></rect>
      <circle class="warn" stroke="none" cx="3" cy="3" r="1.75"></circle>
    </pattern>
    <pattern id="fill-calm" width="6" height="5" patternUnits="userSpaceOnUse">
      <rect class="paper" width="6" height="5"></rect>
      <rect class="calm" width="6" height="1.5"></rect>
    </pattern>
  </defs>`;
}

/** The filling of a look; what needs none of its own is solid. */
export function fillOf(look: Look): string | undefined {
  return look === 'good' || look === 'accent' ? undefined : `url(#fill-${look})`;
}

/** A piece of a look, for legends. */
export function swatch(look: Look): unknown {
  return html`<svg width="16" height="16" aria-hidden="true">
    ${patterns()}${box(look, { x: 1, y: 1, width: 14, height: 14 })}
  </svg>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box of a look: its pattern inside an outline of its colour. */
export function box(look: Look, { x, y, width, height }: Box): unknown {
  const fill = fillOf(look);
  return svg`${
    fill ? svg`<rect fill=${fill} x=${x} y=${y} width=${width} height=${height}></rect>` : ''
  }<rect class="${look} outline" fill-opacity=${fill ? 0 : 1} x=${x} y=${y} width=${width} height=${height}></rect>`;
}
