import { svg } from 'lit';

/** A line through points, told apart by its dashes and by its name at its end. */
export interface Curve {
  readonly name: string;
  readonly dashes: string;
  readonly points: readonly (readonly [x: number, share: number])[];
}

/** A place on the axis of thresholds that matters. */
export interface Marker {
  readonly x: number;
  readonly text: string;
}

const LEFT = 52;
const RIGHT = 44;
const TOP = 22;
const BOTTOM = 36;
/** Shares on the axis; what is below the least is drawn on the ground. */
const SHARES = [0.0005, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3] as const;
const WORDS = ['0', '0.1 %', '0.3 %', '1 %', '3 %', '10 %', '30 %'] as const;

/**
 * Shares over thresholds, on a logarithmic axis: the difference between 0.1 % and 1 % matters as much as that between 1 % and
 * 10 %.
 */
export function curvesOverThreshold(
  curves: readonly Curve[],
  markers: readonly Marker[],
  width: number,
  height: number,
): unknown {
  const all = curves.flatMap(({ points }) => points.map(([x]) => x));
  const [from, to] = [Math.min(...all, 0), Math.max(...all, 1)];
  const right = width - RIGHT;
  const bottom = height - BOTTOM;
  const x = (value: number) =>
    LEFT + ((Math.min(to, Math.max(from, value)) - from) / (to - from)) * (right - LEFT);
  const [least, most] = [Math.log(SHARES[0]), Math.log(SHARES[SHARES.length - 1] ?? 1)];
  const y = (share: number) =>
    bottom - ((Math.log(Math.max(share, SHARES[0])) - least) / (most - least)) * (bottom - TOP);
  const whole = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => Math.ceil(from) + i);
  return svg`${SHARES.map(
    (share, i) => svg`<line class="grid" x1=${LEFT} x2=${right} y1=${y(share)} y2=${y(share)}></line>
      <text x=${LEFT - 6} y=${y(share) + 4} text-anchor="end">${WORDS[i]}</text>`,
  )}
  ${whole
    .filter((tick) => tick % (width < 480 ? 3 : 1) === 0)
    .map((tick) => svg`<text x=${x(tick)} y=${bottom + 16} text-anchor="middle">${tick}</text>`)}
  <text x=${(LEFT + right) / 2} y=${height - 4} text-anchor="middle">Threshold: log-likelihood ratio</text>
  <line class="axis" x1=${LEFT} x2=${right} y1=${bottom} y2=${bottom}></line>
  ${markers.map(
    (
      marker,
      i,
    ) => svg`<line class="marker" x1=${x(marker.x)} x2=${x(marker.x)} y1=${TOP - 4} y2=${bottom}></line>
      <text
        class="strong"
        x=${x(marker.x) + (i === 0 ? 4 : -4)}
        y=${TOP - 8}
        text-anchor=${i === 0 && x(marker.x) < right - 90 ? 'start' : 'end'}
      >${marker.text}</text>`,
  )}
  ${curves.map(({ dashes, points }) => {
    const path = points.map(
      ([at, share], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(share).toFixed(1)}`,
    );
    return svg`<path class="line" stroke-dasharray=${dashes} d=${path.join(' ')}></path>`;
  })}
  ${spread(
    curves.map(({ name, points }) => ({ name, at: y(points.at(-1)?.[1] ?? 0) })),
    bottom,
  ).map(({ name, at }) => svg`<text class="strong" x=${right + 4} y=${at + 4}>${name}</text>`)}`;
}

/** Names at the ends of lines, none over another. */
function spread(names: readonly { readonly name: string; readonly at: number }[], bottom: number) {
  const sorted = [...names].sort((a, b) => b.at - a.at);
  let free = bottom;
  return sorted.map(({ name, at }) => {
    const placed = Math.min(at, free);
    free = placed - 14;
    return { name, at: placed };
  });
}
