import type { Share } from './interval.js';
import type { HalfRates, ReplayRates } from './measure.js';

/** `99.2 [95.1, 100.0] (120/121)`, per cent. */
function told({ count, trials, low, high }: Share): string {
  if (trials === 0) return '-';
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `${percent(count / trials)} [${percent(low)}, ${percent(high)}] (${count}/${trials})`;
}

/** The measurement for people. @param table rows below headings. */
export function replayText(
  { chosenOn, reportedOn, mostBitErrors }: ReplayRates,
  table: (headings: readonly string[], rows: readonly (readonly string[])[]) => string,
): string {
  const of = (name: string, half: HalfRates): string =>
    [
      `${name}: ${half.speakers} speakers; other calls of the same speaker flagged: ${told(half.falseFlags)} %, ` +
        `their windows: ${told(half.falseWindows)} %; with 50 calls kept: ${told(half.falseFlagsOfMany)} %`,
      `windows of copies noticed where a minute of speech is kept: of its first half ${told(half.ofMinute.firstHalf)} %, ` +
        `of its second ${told(half.ofMinute.secondHalf)} %`,
      `wrong bits: nearest other speech ${half.nearestOther.toFixed(3)}, copies (99 %) ${half.farthestCopy.toFixed(3)}`,
      table(
        ['copy', 'noticed in 3 s %', 'in 6 s %', 'in the call %'],
        half.copies.map(({ label, firstWindow, twoWindows, wholeCall }) => [
          label,
          told(firstWindow),
          told(twoWindows),
          told(wholeCall),
        ]),
      ),
    ].join('\n');
  return [
    `Taken for a copy: up to ${(100 * mostBitErrors).toFixed(0)} % of wrong bits`,
    of('First half', chosenOn),
    of('Second half', reportedOn),
  ].join('\n\n');
}
