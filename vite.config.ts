/** How the visualizer's page is built: one script, one style sheet, nothing from outside. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: path('./src/visualizer/page'),
  base: './',
  resolve: {
    // A prompt's hash is made in the page too, where Node's own crypto is not.
    alias: { 'node:crypto': path('./src/visualizer/page/node-crypto.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path('./dist/visualizer/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    reportCompressedSize: true,
    assetsInlineLimit: 100_000,
    rolldownOptions: {
      output: {
        entryFileNames: 'page.js',
        assetFileNames: 'page[extname]',
        codeSplitting: false,
      },
    },
  },
});
