import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** `<vouch-badge>` in one file, for a script tag on any page. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: resolve(import.meta.dirname, '../dist/web/badge'),
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: resolve(import.meta.dirname, 'badge/vouch-badge.ts'),
      formats: ['es'],
      fileName: () => 'vouch-badge.js',
    },
  },
});
