/**
 * The tests of durability with another version of XState than the one that is installed here:
 *
 *   npm install --prefix /tmp/oldest xstate@5.20.0
 *   HORDE_XSTATE=/tmp/oldest npm run test:xstate
 *
 * Invariant: without `HORDE_XSTATE` nothing is tried, and it says so.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const folder = process.env['HORDE_XSTATE'];
if (!folder) throw new Error('say where the other XState is installed: HORDE_XSTATE=/tmp/oldest');

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^golden-horde$/,
        replacement: fileURLToPath(new URL('./src/index.ts', import.meta.url)),
      },
      {
        find: /^xstate$/,
        replacement: join(folder, 'node_modules/xstate/dist/xstate.development.esm.js'),
      },
    ],
  },
  test: {
    include: ['test/durable/{rows,differential,policies,values,testing}.test.ts'],
    pool: 'threads',
    testTimeout: 600_000,
  },
});
