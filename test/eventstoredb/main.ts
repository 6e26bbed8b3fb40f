/**
 * The test server as a program: prints its connection string and serves until it is interrupted.
 *
 *   tsx test/eventstoredb/main.ts [--port N] [--file PATH]
 */
import { parseArgs } from 'node:util';
import { startTestServer } from './test-server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string' }, file: { type: 'string' } },
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
console.log(server.connectionString);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void server.stop().then(() => process.exit(0)));
}
