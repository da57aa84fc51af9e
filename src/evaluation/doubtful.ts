import type { SpeechSession } from './manifest.js';

/**
 * Sessions of public corpora that do not sound like their speaker's others to any model that was tried (cosines of 0.3 to
 * 0.5 where others have 0.7 to 0.9): probably other readers. What holds them is measured with and without them; nothing is
 * fitted to them.
 */
const DOUBTFUL: readonly (readonly [corpus: string, speaker: string, session: string])[] = [
  ['librispeech_devclean_mp3', 'ls_1988', '148538'],
  ['librispeech_devclean_mp3', 'ls_2277', '149897'],
];

export function isDoubtful({ corpus, speaker, session }: SpeechSession): boolean {
  return DOUBTFUL.some(([c, p, s]) => c === corpus && p === speaker && s === session);
}

/** What a corpus is called when its doubtful sessions are left out. */
export function withoutDoubtful(corpus: string): string {
  return `${corpus} without doubtful sessions`;
}
