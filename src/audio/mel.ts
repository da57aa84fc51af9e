/** Triangular filters over the bins of a power spectrum; only the bins with a weight are kept. */
export interface MelFilters {
  /** First bin of each filter. */
  readonly firstBin: Int32Array;
  /** Where the weights of each filter begin in `weights`; one entry more than filters. */
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
}

/** The weight of a bin at `hz` in the triangle with these corners; zero or less outside it. */
export type TriangleWeight = (hz: number, lowerHz: number, centreHz: number, upperHz: number) => number;

/** Kaldi's mel scale, 1127 ln(1 + f / 700) (feat/mel-computations.h). */
export function kaldiMel(hz: number): number {
  return 1127 * Math.log(1 + hz / 700);
}

/** The inverse of kaldiMel. */
export function kaldiMelToHz(mel: number): number {
  return 700 * (Math.exp(mel / 1127) - 1);
}

/** Kaldi's triangle: its sides are straight on the mel scale, its peak is 1 (feat/mel-computations.cc). */
export const kaldiTriangle: TriangleWeight = (hz, lowerHz, centreHz, upperHz) => {
  const [mel, lower, centre, upper] = [
    kaldiMel(hz),
    kaldiMel(lowerHz),
    kaldiMel(centreHz),
    kaldiMel(upperHz),
  ];
  return Math.min((mel - lower) / (centre - lower), (upper - mel) / (upper - centre));
};

/** Slaney's mel scale (Auditory Toolbox, 1998; librosa's default): linear to 1000 Hz, from there 27 steps to 6400 Hz. */
export function slaneyMel(hz: number): number {
  return hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4);
}

/** The inverse of slaneyMel. */
export function slaneyMelToHz(mel: number): number {
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(((mel - 15) * Math.log(6.4)) / 27);
}

/** Slaney's triangle: its sides are straight in Hz, its area is 1. */
export const slaneyTriangle: TriangleWeight = (hz, lowerHz, centreHz, upperHz) =>
  (Math.min((hz - lowerHz) / (centreHz - lowerHz), (upperHz - hz) / (upperHz - centreHz)) * 2) /
  (upperHz - lowerHz);

/**
 * The filters between neighbouring corners.
 * @param cornersHz rising; the number of filters plus two.
 * @param bins how many bins of the spectrum are used, from 0 Hz on.
 * @param binHz distance of the bins.
 */
export function melFilters(
  cornersHz: readonly number[],
  bins: number,
  binHz: number,
  weight: TriangleWeight,
): MelFilters {
  const filters = cornersHz.length - 2;
  const firstBin = new Int32Array(filters);
  const offsets = new Int32Array(filters + 1);
  const weights: number[] = [];
  for (let filter = 0; filter < filters; filter++) {
    const [lower, centre, upper] = cornersHz.slice(filter, filter + 3) as [number, number, number];
    const row = Array.from({ length: bins }, (_, bin) =>
      Math.max(0, weight(bin * binHz, lower, centre, upper)),
    );
    const first = row.findIndex((w) => w > 0);
    const last = row.findLastIndex((w) => w > 0);
    firstBin[filter] = Math.max(0, first);
    if (first >= 0) weights.push(...row.slice(first, last + 1));
    offsets[filter + 1] = weights.length;
  }
  return { firstBin, offsets, weights: Float64Array.from(weights) };
}
