import { opsPages } from './ops/pages.js';
import { peoplePages } from './people/pages.js';
import type { PageEntry } from './shell/page-entry.js';

/** All pages but the start; the first that matches counts. */
export const PAGES: readonly PageEntry[] = [...peoplePages, ...opsPages];
