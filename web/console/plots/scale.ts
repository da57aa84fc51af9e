/** Round numbers from 0 to at least a value, for an axis: 1, 2 or 5 times a power of ten apart, whole ones. */
export function ticksTo(most: number, about = 4): number[] {
  const rough = Math.max(1, most) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough) ?? 1);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < most || ticks.length < 2) ticks.push((ticks.at(-1) ?? 0) + step);
  return ticks;
}

/** A share in per cent with as many digits as help: `12 %`, `1.3 %`, `0.13 %`; what is not zero is never shown as such. */
export function percent(share: number | undefined): string {
  const value = 100 * (share ?? 0);
  if (value === 0) return '0 %';
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : 2;
  return value < 0.01 ? 'below 0.01 %' : `${Number(value.toFixed(digits))} %`;
}
