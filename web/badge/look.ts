import { html, type TemplateResult } from 'lit';
import type { StateName } from './view.js';

type Tone = 'good' | 'bad' | 'warn' | 'calm';
type Shape = 'check' | 'cross' | 'change' | 'doubt' | 'broken' | 'person' | 'wave' | 'pause' | 'none';

/** The colour and the shape of every state; no two that mean different things to do look alike. */
const LOOKS: Readonly<Record<StateName, readonly [Tone, Shape]>> = {
  idle: ['calm', 'none'],
  connecting: ['calm', 'wave'],
  waiting: ['calm', 'wave'],
  listening: ['calm', 'wave'],
  verified: ['good', 'check'],
  'not-verified': ['bad', 'cross'],
  inconclusive: ['warn', 'doubt'],
  'more-speech': ['warn', 'wave'],
  'not-enrolled': ['calm', 'person'],
  expired: ['calm', 'person'],
  'opted-out': ['calm', 'person'],
  'consent-missing': ['calm', 'person'],
  'claim-missing': ['calm', 'person'],
  'caller-changed': ['bad', 'change'],
  lapsed: ['warn', 'doubt'],
  paused: ['calm', 'pause'],
  'connection-lost': ['warn', 'broken'],
  'service-down': ['warn', 'broken'],
  refused: ['warn', 'broken'],
  ended: ['calm', 'none'],
  shadow: ['calm', 'none'],
};

/** Outline, then what stands in it; 24 by 24. */
const SHAPES: Readonly<Record<Shape, readonly [string, string]>> = {
  check: ['M12 2a10 10 0 100 20 10 10 0 000-20z', 'M7 12.5l3.5 3.5L17 9'],
  cross: ['M8 2h8l6 6v8l-6 6H8l-6-6V8z', 'M8.5 8.5l7 7m0-7l-7 7'],
  change: ['M8 2h8l6 6v8l-6 6H8l-6-6V8z', 'M6.5 10h10m-3-3l3 3M17.5 14h-10m3 3l-3-3'],
  doubt: ['M12 2.5L22.5 21h-21z', 'M12 9v5.5m0 2.6v.4'],
  broken: ['M12 2.5L22.5 21h-21z', 'M9 11l6 7m0-7l-6 7'],
  person: ['M3 3h18v18H3z', 'M12 6.5a2.7 2.7 0 100 5.4 2.7 2.7 0 000-5.4zM6.8 17.5c.8-4.6 9.6-4.6 10.4 0'],
  wave: ['M12 2a10 10 0 100 20 10 10 0 000-20z', 'M7 10.5v3m3.3-5.5v8m3.4-7v6m3.3-4.5v3'],
  pause: ['M3 3h18v18H3z', 'M9.5 8v8m5-8v8'],
  none: ['M12 2a10 10 0 100 20 10 10 0 000-20z', 'M7.5 12h9'],
};

export const toneOf = (state: StateName): Tone => LOOKS[state][0];

/** The sign of a state: a shape of its own besides the colour. Says nothing to who cannot see it: the words do. */
export function shapeOf(state: StateName): TemplateResult {
  const [outline, mark] = SHAPES[LOOKS[state][1]];
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">
    <path class="outline" d=${outline}></path>
    <path d=${mark}></path>
  </svg>`;
}
