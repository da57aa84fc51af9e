import type { Fingerprint } from '../../domain/speech.js';
import { bestMatch, packFingerprint, unpackFingerprint } from '../../replay/index.js';

/** Codes of the minute of speech that is kept of a call, 16 ms each. */
const MINUTE_CODES = 3750;
/** Speakers with less than this share of a minute in all their calls are left out. */
const LEAST_SHARE = 0.8;
/** Between calls that are put together, ticks of 16 ms: no window reaches over it. */
const APART = 1000;

/** How near windows of copies came to what is kept of a long call: of its first half, and of its second. */
export interface OfMinute {
  readonly firstHalf: readonly number[];
  readonly secondHalf: readonly number[];
}

type Windows = readonly Fingerprint[];

/**
 * A speaker's calls are put together to one that fills what is kept of a call, and copies held against that. The evaluation's
 * own calls are shorter than that, and in a long one much has to be passed over to find what is at its end.
 * @param copies of each kind the windows of each call.
 */
export function againstMinute(calls: readonly Windows[], copies: readonly (readonly Windows[])[]): OfMinute {
  const parts: Fingerprint[] = [];
  const firstHalf: number[] = [];
  const secondHalf: number[] = [];
  const places: { readonly call: number; readonly window: number; readonly half: number[] }[] = [];
  let codes = 0;
  let shift = 0;
  calls.forEach((windows, call) => {
    let last = 0;
    windows.forEach((each, window) => {
      parts.push({ ticks: each.ticks.map((tick) => tick + shift), codes: each.codes });
      codes += each.codes.length;
      last = each.ticks.at(-1) ?? last;
      // A copy's windows may begin later than those of its original: the next one must be kept, too.
      const next = windows[window + 1]?.codes.length;
      if (next !== undefined && codes + next <= MINUTE_CODES)
        places.push({ call, window, half: codes <= MINUTE_CODES / 2 ? firstHalf : secondHalf });
    });
    // An even number, since every second code is kept.
    shift += 2 * Math.ceil((last + APART) / 2);
  });
  if (codes < LEAST_SHARE * MINUTE_CODES) return { firstHalf, secondHalf };
  const kept = [unpackFingerprint(packFingerprint(parts))];
  for (const copy of copies) {
    for (const { call, window, half } of places) {
      const heard = copy[call]?.[window];
      if (heard) half.push(bestMatch(heard, kept)?.bitErrorRate ?? 1);
    }
  }
  return { firstHalf, secondHalf };
}
