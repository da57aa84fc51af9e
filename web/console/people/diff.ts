/** A run of words that both texts have, or only the later, or only the earlier. */
export interface Run {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Above this many comparisons, lines are compared and not words. */
const MAXIMUM_CELLS = 4_000_000;

/** What became of a text, word by word: a longest common subsequence (Wagner and Fischer 1974). */
export function diffWords(earlier: string, later: string): Run[] {
  const words = (text: string) => text.match(/\s+|[^\s]+/g) ?? [];
  const [from, to] = [words(earlier), words(later)];
  if (from.length * to.length <= MAXIMUM_CELLS) return diff(from, to);
  const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+/g) ?? [];
  return diff(lines(earlier), lines(later));
}

function diff(from: readonly string[], to: readonly string[]): Run[] {
  const width = to.length + 1;
  // common[i * width + j]: the longest common subsequence of what is left from i and from j on.
  const common = new Uint32Array((from.length + 1) * width);
  for (let i = from.length - 1; i >= 0; i--)
    for (let j = to.length - 1; j >= 0; j--)
      common[i * width + j] =
        from[i] === to[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const runs: Run[] = [];
  const add = (kind: Run['kind'], text = '') => {
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { kind, text: last.text + text };
    else runs.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      add('same', from[i]);
      i++;
      j++;
    } else if (
      j >= to.length ||
      (i < from.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    )
      add('removed', from[i++]);
    else add('added', to[j++]);
  }
  return runs;
}
