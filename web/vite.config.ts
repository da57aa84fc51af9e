import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** The pages; the badge is built apart, as one file that any other page can load. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: resolve(import.meta.dirname, '../dist/web'),
    emptyOutDir: false,
    target: 'es2022',
    // Nothing inline: the content security policy forbids it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['console', 'desktop'].map((page) => resolve(import.meta.dirname, page, 'index.html')),
    },
  },
});
