/** `npm run test:browser`: the page in a real Chromium. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Frames are measured: one browser at a time.
    maxWorkers: 1,
    retry: process.env['CI'] ? 1 : 0,
    globalSetup: ['test/built-page.ts', 'test/built-program.ts'],
  },
});
