import { svg } from 'lit';
import { box, type Look } from './look.js';
import { ticksTo } from './scale.js';

/** What is stacked, the lowest first. */
export interface Layer {
  readonly look: Look;
  /** One for each bar. */
  readonly values: readonly number[];
}

const LEFT = 36;
const TOP = 8;
const BOTTOM = 24;

/**
 * Stacked bars over time.
 *
 * @param labels one for each bar; those that there is room for are shown
 */
export function stackedBars(
  labels: readonly string[],
  layers: readonly Layer[],
  width: number,
  height: number,
): unknown {
  const sums = labels.map((_, i) => layers.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const ticks = ticksTo(Math.max(...sums, 1));
  const top = ticks.at(-1) ?? 1;
  const bottom = height - BOTTOM;
  const y = (value: number) => bottom - (value / top) * (bottom - TOP);
  const step = (width - LEFT) / Math.max(1, labels.length);
  const barWidth = Math.max(1, step * 0.72);
  const every = Math.max(1, Math.ceil(48 / step));
  return svg`${ticks.map(
    (tick) => svg`<line class="grid" x1=${LEFT} x2=${width} y1=${y(tick)} y2=${y(tick)}></line>
      <text x=${LEFT - 6} y=${y(tick) + 4} text-anchor="end">${tick}</text>`,
  )}
  ${labels.map((label, i) => {
    const x = LEFT + i * step + (step - barWidth) / 2;
    let below = 0;
    const boxes = layers.map(({ look, values }) => {
      const value = values[i] ?? 0;
      if (value === 0) return '';
      below += value;
      return box(look, { x, y: y(below), width: barWidth, height: y(below - value) - y(below) });
    });
    const shown = i % every === 0 && x + barWidth / 2 < width - 16;
    return svg`${boxes}${
      shown ? svg`<text x=${x + barWidth / 2} y=${height - 6} text-anchor="middle">${label}</text>` : ''
    }`;
  })}
  <line class="axis" x1=${LEFT} x2=${width} y1=${bottom} y2=${bottom}></line>`;
}
