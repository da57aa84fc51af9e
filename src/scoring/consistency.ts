import type { SpeechWindow } from '../domain/speech.js';
import { cosine, normalise } from './vector.js';

/** More windows than this are brought together in as many blocks: the comparisons grow with the square of their number. */
const MOST_BLOCKS = 60;
/** A stretch of less net speech says more of its sounds than of its voice, ms. */
const LEAST_STRETCH_MS = 2500;
/** A single window in the middle of others is one odd moment more often than another voice, ms. */
const LEAST_WITHIN_MS = 5000;

/** Sums over the windows up to one of them, each times its net speech. */
interface Sums {
  readonly netSpeechMs: number;
  readonly vectors: readonly Float32Array[];
}

/**
 * How much windows sound like one person: the lowest cosine of any stretch of them with all the rest, mean over the spaces
 * that all have; -1 to 1, and 1 for too little speech to tell. A stretch is what two changes of voice would lie around, or one
 * change and an end. Where voices alternate from window to window, `otherVoiceShare` tells it, and this does not. Figures for
 * both: docs/decisions/0018-one-voice-in-an-enrolment.md.
 *
 * @param windows in their order
 */
export function consistency(windows: readonly SpeechWindow[]): number {
  const sums = runningSums(windows);
  const last = sums.length - 1;
  let lowest = 1;
  for (let from = 0; from < last; from++) {
    for (let to = from + 1; to <= last; to++) {
      const within = from > 0 && to < last;
      const stretch = difference(sums[to]!, sums[from]!);
      const rest = difference(sums[last]!, stretch);
      const enough =
        stretch.netSpeechMs >= (within ? LEAST_WITHIN_MS : LEAST_STRETCH_MS) &&
        rest.netSpeechMs >= LEAST_STRETCH_MS;
      if (enough) lowest = Math.min(lowest, meanCosine(stretch, rest));
    }
  }
  return lowest;
}

function runningSums(windows: readonly SpeechWindow[]): Sums[] {
  const [first] = windows;
  const spaces = Object.keys(first?.vectors ?? {}).filter((id) =>
    windows.every(({ vectors }) => id in vectors),
  );
  const none = spaces.map((id) => new Float32Array(first!.vectors[id]!.length));
  const sums: Sums[] = [{ netSpeechMs: 0, vectors: none }];
  const perBlock = Math.ceil(windows.length / MOST_BLOCKS);
  for (let at = 0; at < windows.length; at += perBlock) {
    let sum = sums.at(-1)!;
    for (const window of windows.slice(at, at + perBlock)) sum = plus(sum, window, spaces);
    sums.push(sum);
  }
  return sums;
}

function plus(sum: Sums, { netSpeechMs, vectors }: SpeechWindow, spaces: readonly string[]): Sums {
  return {
    netSpeechMs: sum.netSpeechMs + netSpeechMs,
    vectors: sum.vectors.map((before, at) => {
      const vector = vectors[spaces[at]!]!;
      return before.map((value, i) => value + vector[i]! * netSpeechMs);
    }),
  };
}

function difference(a: Sums, b: Sums): Sums {
  return {
    netSpeechMs: a.netSpeechMs - b.netSpeechMs,
    vectors: a.vectors.map((vector, at) => vector.map((value, i) => value - b.vectors[at]![i]!)),
  };
}

/** Of sums that nobody needs any more. */
function meanCosine(a: Sums, b: Sums): number {
  const cosines = a.vectors.map((vector, at) => cosine(normalise(vector), normalise(b.vectors[at]!)));
  return cosines.length === 0 ? 1 : cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
}
