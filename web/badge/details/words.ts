import type { Say } from '../words.js';
import { DETAILS_EN } from './words-en.js';

export type DetailWord = keyof typeof DETAILS_EN;
export type SayDetail = Say<DetailWord>;

/** Whether there is such a text. */
export const isDetailWord = (word: string): word is DetailWord => word in DETAILS_EN;
