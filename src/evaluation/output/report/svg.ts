/** A line, or a row of points, of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** One of the colours of the page, 0 to 5. */
  readonly colour: number;
  readonly kind: 'line' | 'dots' | 'steps';
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Axis {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

const WIDTH = 460;
const HEIGHT = 320;
const LEFT = 56;
const BOTTOM = 44;
const TOP = 12;
const RIGHT = 14;

/** Text that is safe between tags and within attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A plot as SVG: axes, grid, series; what leaves the axes is cut off. Colours come from the page. */
export function plot(title: string, x: Axis, y: Axis, series: readonly Series[], diagonal = false): string {
  const place = (value: number, axis: Axis, from: number, to: number) =>
    from + ((Math.min(axis.max, Math.max(axis.min, value)) - axis.min) / (axis.max - axis.min)) * (to - from);
  const px = (value: number) => place(value, x, LEFT, WIDTH - RIGHT).toFixed(1);
  const py = (value: number) => place(value, y, HEIGHT - BOTTOM, TOP).toFixed(1);
  const parts: string[] = [];
  for (const { at, label } of x.ticks) {
    parts.push(`<line class="grid" x1="${px(at)}" y1="${TOP}" x2="${px(at)}" y2="${HEIGHT - BOTTOM}"/>`);
    parts.push(
      `<text x="${px(at)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escapeHtml(label)}</text>`,
    );
  }
  for (const { at, label } of y.ticks) {
    parts.push(`<line class="grid" x1="${LEFT}" y1="${py(at)}" x2="${WIDTH - RIGHT}" y2="${py(at)}"/>`);
    parts.push(`<text x="${LEFT - 6}" y="${py(at)}" dy="4" text-anchor="end">${escapeHtml(label)}</text>`);
  }
  if (diagonal) {
    const low = Math.max(x.min, y.min);
    const high = Math.min(x.max, y.max);
    parts.push(`<line class="diagonal" x1="${px(low)}" y1="${py(low)}" x2="${px(high)}" y2="${py(high)}"/>`);
  }
  for (const each of series) parts.push(drawn(each, px, py));
  const middle = (LEFT + WIDTH - RIGHT) / 2;
  parts.push(`<text x="${middle}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(x.title)}</text>`);
  const side = (TOP + HEIGHT - BOTTOM) / 2;
  parts.push(
    `<text transform="translate(13 ${side}) rotate(-90)" text-anchor="middle">${escapeHtml(y.title)}</text>`,
  );
  const legend = series
    .map(({ name, colour }) => `<li><span class="key c${colour}"></span>${escapeHtml(name)}</li>`)
    .join('');
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${parts.join('')}</svg><figcaption>${escapeHtml(title)}<ul class="legend">${legend}</ul></figcaption></figure>`;
}

function drawn(
  { points, colour, kind }: Series,
  px: (value: number) => string,
  py: (value: number) => string,
): string {
  if (kind === 'dots') {
    return points.map(([a, b]) => `<circle class="f${colour}" cx="${px(a)}" cy="${py(b)}" r="3"/>`).join('');
  }
  const path = points
    .map(([a, b], i) => {
      if (i === 0) return `M${px(a)} ${py(b)}`;
      return kind === 'steps' ? `H${px(a)} V${py(b)}` : `L${px(a)} ${py(b)}`;
    })
    .join(' ');
  return `<path class="s${colour}" d="${path}"/>`;
}
