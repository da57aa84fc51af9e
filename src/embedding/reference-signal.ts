/**
 * The signals of models/reference/*.json, by the formulas given there: double precision, rounded to float32. A model's
 * `check` names the one that its reference embedding was computed from.
 */
const SIGNALS: Readonly<Record<string, (t: number) => number>> = {
  'sines-and-chirp': (t) =>
    0.25 * Math.sin(2 * Math.PI * 220 * t) +
    0.15 * Math.sin(2 * Math.PI * 1330 * t + 0.7) +
    0.2 * Math.sin(2 * Math.PI * (300 * t + 1500 * t * t)),
};

const SAMPLES = 16_000;
const SAMPLE_RATE_HZ = 16_000;

/** 1 s of a reference signal at 16 kHz, in the range -1 to 1; undefined when there is none of this name. */
export function referenceSignal(name: string): Float32Array | undefined {
  const formula = Object.hasOwn(SIGNALS, name) ? SIGNALS[name] : undefined;
  return formula && Float32Array.from({ length: SAMPLES }, (_, n) => formula(n / SAMPLE_RATE_HZ));
}
