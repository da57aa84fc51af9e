import { noise } from './samples.js';

const RATE_HZ = 16_000;

function evaluate(formula: (t: number) => number): Float32Array {
  return Float32Array.from({ length: RATE_HZ }, (_, n) => formula(n / RATE_HZ));
}

const sin = (cycles: number, phase = 0): number => Math.sin(2 * Math.PI * cycles + phase);

/** The signals of models/reference/fbank.json, by name: one second at 16 kHz each, by the formulas that stand there. */
export const FRONT_END_SIGNALS: Readonly<Record<string, Float32Array>> = {
  'sines-and-chirp': evaluate(
    (t) => 0.25 * sin(220 * t) + 0.15 * sin(1330 * t, 0.7) + 0.2 * sin(300 * t + 1500 * t * t),
  ),
  'amplitude-modulated': evaluate(
    (t) => (0.5 + 0.5 * sin(4 * t)) * (0.3 * sin(700 * t) + 0.2 * sin(2500 * t) + 0.1 * sin(5200 * t)),
  ),
  'noise-then-silence': noise(RATE_HZ, 0.2).fill(0, 12_000),
};
