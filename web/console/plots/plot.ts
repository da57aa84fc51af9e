import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../design/base.js';
import { pageStyles } from '../shell/styles.js';
import { table, type Column } from '../shell/table.js';
import { patterns, plotStyles, swatch, type Look } from './look.js';

/** What stands for what. */
export interface LegendEntry {
  readonly look: Look;
  readonly text: string;
}

/** The same figures, for those who do not see the plot, or want to read them. */
export interface PlotTable {
  readonly columns: readonly Column<readonly unknown[]>[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A plot with all that belongs to it: a heading, what it shows in a sentence, a legend, and its figures as a table. Drawn at
 * the width that there is, so that its words keep their size.
 */
@customElement('v-plot')
export class Plot extends LitElement {
  static override readonly styles = [
    base,
    pageStyles,
    plotStyles,
    css`
      figure {
        margin: 0;
        display: grid;
        gap: var(--vouch-space-2);
        min-width: 0;
      }
      figcaption > :last-child {
        margin-bottom: 0;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--vouch-space-1) var(--vouch-space-4);
        list-style: none;
        margin: 0;
        padding: 0;
        font-size: var(--vouch-text-s);
      }
      li {
        display: inline-flex;
        gap: var(--vouch-space-2);
        align-items: center;
      }
      .canvas {
        overflow: hidden;
        min-height: 1px;
      }
      summary {
        font-size: var(--vouch-text-s);
        cursor: pointer;
        min-height: 1.5rem;
      }
    `,
  ];

  @property() heading = '';
  /** The most important of it in words. */
  @property() summary = '';
  @property({ attribute: false }) legend: readonly LegendEntry[] = [];
  /** Draws it at a width, px; what comes is put into an `svg` of this height. */
  @property({ attribute: false }) draw: (width: number) => unknown = () => nothing;
  @property({ type: Number }) height = 220;
  @property({ attribute: false }) table: PlotTable = { columns: [], rows: [] };

  @state() private width = 0;

  readonly #watch = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  override render(): unknown {
    const { width, height, legend } = this;
    return html`<figure aria-labelledby="heading">
      <figcaption>
        <h3 id="heading">${this.heading}</h3>
        <p class="small">${this.summary}</p>
      </figcaption>
      ${
        legend.length > 0
          ? html`<ul aria-label="Legend">
              ${legend.map(({ look, text }) => html`<li>${swatch(look)}${text}</li>`)}
            </ul>`
          : nothing
      }
      <div class="canvas">
        ${
          width > 0
            ? html`<svg
                role="img"
                aria-label=${`${this.heading}: the table below has the figures`}
                width=${width}
                height=${height}
                viewBox="0 0 ${width} ${height}"
              >
                ${patterns()}${this.draw(width)}
              </svg>`
            : nothing
        }
      </div>
      <details>
        <summary>The figures as a table</summary>
        ${table(this.heading, this.table.columns, this.table.rows)}
      </details>
    </figure>`;
  }
}
