import type { DETAILS_EN } from './details/words-en.js';
import type { OUTBOUND_EN } from './outbound/words-en.js';
import type { View } from './view.js';
import { EN } from './words-en.js';

export type Word = keyof typeof EN;
/** All texts, those of details and of outbound calls as well. */
export type AllWords = Readonly<Record<Word | keyof typeof DETAILS_EN | keyof typeof OUTBOUND_EN, string>>;
/** Texts of a page's own: any of them. */
export type Words = Partial<AllWords>;

/** Says a text, with `{name}` filled in. */
export type Say<Some extends string = Word> = (
  word: Some,
  values?: Readonly<Record<string, string>>,
) => string;

/** Says texts out of dictionaries, of which the later ones count more. */
export function speaker<Some extends string>(
  first: Readonly<Record<Some, string>>,
  ...more: readonly (Words | undefined)[]
): Say<Some> {
  const words = Object.assign({}, first, ...more) as Readonly<Record<Some, string>>;
  return (word, values = {}) =>
    words[word].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Whether there is such a text. */
export const isWord = (word: string): word is Word => word in EN;

/** What to do in a state, in words. */
export function instructionOf({ state, next }: View, say: Say): string {
  const word = [`do.${state}.${next}`, `do.${state}`, `next.${next}`].find(isWord);
  return [word, `also.${state}`]
    .filter((each) => each !== undefined)
    .filter(isWord)
    .map((each) => say(each))
    .join(' ');
}
