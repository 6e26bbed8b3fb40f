/**
 * The test server as a program: prints its connection string and serves until it is interrupted.
 *
 *   tsx test/eventstoredb/main.ts [--port N] [--file PATH] [--foreign N] [--looked-per-ms N]
 *
 * With `--foreign` it holds so many events of another program; with `--looked-per-ms` its reads look through what
 * does not match at that pace (a real server was seen to look through about 225 records a millisecond).
 */
import { parseArgs } from 'node:util';
import { startTestServer } from './test-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    file: { type: 'string' },
    foreign: { type: 'string', default: '0' },
    'looked-per-ms': { type: 'string', default: 'Infinity' },
  },
});
const port = Number(values.port ?? 2113);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port ${values.port}: give a number from 0 (any free one) to 65535`);
  process.exit(2);
}

const server = await startTestServer({ port, file: values.file }).catch((error: Error) => {
  console.error(`cannot listen on port ${port}: ${error.message}; choose another with --port`);
  process.exit(1);
});
const BATCH = 1_000;
const body = {
  type: 'order.placed',
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.alloc(0),
};
for (let left = Number(values.foreign); left > 0; left -= BATCH) {
  const made = Array.from({ length: Math.min(BATCH, left) }, () => ({
    ...body,
    id: crypto.randomUUID(),
  }));
  server.log.append(`orders-${left % 997}`, made, 'any');
}
server.faults.lookedPerMs = Number(values['looked-per-ms']);
console.log(server.connectionString);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void server.stop().then(() => process.exit(0)));
}
