import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { StatechartReporter } from './test/statecharts/reporter.ts';

const statecharts = new StatechartReporter();

export default defineConfig({
  resolve: {
    // Examples and tests name the package; here it is the source beside them.
    alias: { 'golden-horde': fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Takeovers by the clock: `npm run test:slow`.
    exclude: process.env['HORDE_SLOW'] ? [] : ['test/**/*.slow.test.ts'],
    // Properties and whole teams take longer than a unit on a loaded machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // By default one core is left free; tests that wait for processes leave it idle too often.
    maxWorkers: 2,
    // Some tests hold real processes to real time; a busy machine may spoil one of them once.
    retry: process.env['CI'] ? 1 : 0,
    globalSetup: ['test/cli/build-once.ts'],
    setupFiles: ['test/statecharts/recorder.ts'],
    env: { HORDE_STATECHARTS: statecharts.folder },
    reporters: ['default', statecharts],
  },
});
