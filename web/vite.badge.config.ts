import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** Comments and white space within styles, and indentation within templates: outside of these minified code has no new lines. */
const squeeze: Plugin = {
  name: 'squeeze',
  transform: (code, id) =>
    id.includes('/node_modules/')
      ? undefined
      : code.replace(/css`[^`]*`/g, (css) =>
          css.replace(/\/\*.*?\*\//gs, '').replace(/\s*([{};])\s*|(:) +/g, '$1$2'),
        ),
  generateBundle(_, bundle) {
    for (const each of Object.values(bundle))
      if (each.type === 'chunk') each.code = each.code.replace(/\n +/g, ' ').replaceAll('> <', '><');
  },
};

/** `<vouch-badge>` in one file, for a script tag on any page; it fetches its forms and other languages when they are wanted. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [squeeze],
  build: {
    outDir: resolve(import.meta.dirname, '../dist/web/badge'),
    emptyOutDir: false,
    target: 'es2022',
    // As a library, since a page's entry would bring 0.8 KB along that preload styles: here they are in the scripts.
    lib: { entry: resolve(import.meta.dirname, 'badge/vouch-badge.ts'), formats: ['es'] },
    rolldownOptions: {
      // What the parts share stays in the one script.
      preserveEntrySignatures: 'allow-extension',
      output: { entryFileNames: 'vouch-badge.js', chunkFileNames: 'parts/[name]-[hash].js', minify: true },
    },
  },
});
