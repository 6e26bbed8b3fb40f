/**
 * How the tests run. `pure`: everything that needs no process of its own, the command line included, in threads that
 * share what is loaded. `processes`: what only a process shows (kills, signals, several on one store), and what
 * speaks to EventStoreDB, each file in one of its own; the program is built for them when it is not as new as the sources.
 *
 * Invariant: no limit of time decides a test. The one below only ends what hangs.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { StatechartReporter } from './test/statecharts/reporter.ts';

const statecharts = new StatechartReporter();
const HANGS_AFTER_MS = 600_000;
const PROCESSES = [
  'test/**/*.process.test.ts',
  // Node does not survive that a thread ends while streams of HTTP/2 are open.
  'test/**/eventstoredb-*.test.ts',
  'test/faults/*.test.ts',
  'test/visualizer/server-live.test.ts',
];
/** Takeovers by the clock: `npm run test:slow`. */
const SLOW = process.env['HORDE_SLOW'] ? [] : ['test/**/*.slow.*.ts'];

export default defineConfig({
  resolve: {
    // Examples and tests name the package; here it is the source beside them.
    alias: [
      {
        find: /^golden-horde$/,
        replacement: fileURLToPath(new URL('./src/index.ts', import.meta.url)),
      },
      {
        find: /^golden-horde\/(\w+)$/,
        replacement: fileURLToPath(new URL('./src/$1.ts', import.meta.url)),
      },
    ],
  },
  test: {
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    // Some tests hold real processes to real time; a busy machine may spoil one of them once.
    retry: process.env['CI'] ? 1 : 0,
    // Some tests wait for a server or a process; others work meanwhile.
    maxWorkers: Math.max(3, availableParallelism()),
    setupFiles: ['test/statecharts/recorder.ts'],
    env: { HORDE_STATECHARTS: statecharts.folder },
    reporters: ['default', statecharts],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: [...PROCESSES, ...SLOW],
          pool: 'threads',
          isolate: false,
          globalSetup: ['test/built-page.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          exclude: SLOW,
          pool: 'forks',
          globalSetup: ['test/built-program.ts'],
        },
      },
    ],
  },
});
