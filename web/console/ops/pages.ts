import type { PageEntry } from '../shell/page-entry.js';

export const opsPages: readonly PageEntry[] = [];
