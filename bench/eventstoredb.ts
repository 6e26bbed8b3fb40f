/**
 * `npm run bench:eventstoredb [-- --rounds N] [--appends N]`: appends a second through the adapter and through
 * the bare client, in one process against one server, turn about; medians of all rounds and their ratio.
 *
 * The server is the test server in a process of its own, or the one that `EVENTSTOREDB_URL` names (do not name
 * one that matters: streams are written there). Both sides append the same events to streams of their own,
 * each stream in order with its expected revision, as the leader of a team does.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import type { NewEvent } from '../src/events/event.ts';
import type { StreamName } from '../src/events/ids.ts';
import { openEventStoreDb } from '../src/events/stores/eventstoredb/eventstoredb-store.ts';

const WANTED_RATIO = 0.8;
const EVENTS_PER_APPEND = 4;
const CONCURRENCIES = [1, 16, 64];
const DATA = { text: 'what an agent says in a turn of its team; '.repeat(8), held: [1, 2, 3] };
const META = { at: 1_700_000_000_000, actor: 'reviewer', turn: 7, to: ['producer', 'team'] };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    appends: { type: 'string', default: '1500' },
  },
});
const rounds = whole('rounds');
const appends = whole('appends');

type Append = (stream: StreamName, revision: number) => Promise<unknown>;

const server = process.env['EVENTSTOREDB_URL'] ? undefined : await testServer();
const url = process.env['EVENTSTOREDB_URL'] ?? server!.url;
console.log(
  `${server ? 'test server in a process of its own' : 'the server of EVENTSTOREDB_URL'}; Node ${process.version}; ` +
    `${EVENTS_PER_APPEND} events an append, ${appends} appends a round, median of ${rounds} rounds`,
);
const store = await openEventStoreDb(url);
const client = EventStoreDBClient.connectionString(url);
const sides: Record<string, Append> = {
  'bare client': (stream, revision) =>
    client.appendToStream(
      stream,
      Array.from({ length: EVENTS_PER_APPEND }, () =>
        jsonEvent({ id: randomUUID(), type: 'draft.given', data: DATA, metadata: META }),
      ),
      { expectedRevision: revision < 0 ? NO_STREAM : BigInt(revision) },
    ),
  adapter: (stream, revision) => store.append(stream, newEvents(), revision),
};

let missed = 0;
for (const concurrency of CONCURRENCIES) await compare(concurrency);
await store.close();
await client.dispose();
server?.stop();
process.exitCode = missed > 0 ? 1 : 0;

async function compare(concurrency: number): Promise<void> {
  const rates: Record<string, number[]> = {};
  // The first round warms both up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const names = Object.keys(sides);
    if (round % 2 === 1) names.reverse();
    for (const name of names) {
      const rate = await rateOf(sides[name]!, concurrency);
      if (round > 0) rates[name] = [...(rates[name] ?? []), rate];
    }
  }
  const bare = median(rates['bare client']!);
  const adapter = median(rates['adapter']!);
  const ratio = adapter / bare;
  if (ratio < WANTED_RATIO) missed += 1;
  console.log(
    `${String(concurrency).padStart(3)} streams at once: bare client ${bare.toFixed(0)}/s ${spread(rates['bare client']!)}, ` +
      `adapter ${adapter.toFixed(0)}/s ${spread(rates['adapter']!)}: ratio ${ratio.toFixed(2)}, ` +
      `wanted ${WANTED_RATIO}: ${ratio < WANTED_RATIO ? 'missed' : 'reached'}`,
  );
}

/** Appends a second. */
async function rateOf(append: Append, concurrency: number): Promise<number> {
  let left = appends;
  const writer = async () => {
    const stream = `team-bench${randomUUID().slice(0, 13)}` as StreamName;
    for (let revision = -1; left > 0; revision += EVENTS_PER_APPEND) {
      left -= 1;
      await append(stream, revision);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, writer));
  return (appends / (performance.now() - began)) * 1000;
}

function newEvents(): NewEvent[] {
  return Array.from({ length: EVENTS_PER_APPEND }, () => ({
    id: randomUUID(),
    type: 'draft.given',
    version: 1,
    data: JSON.stringify(DATA),
    meta: JSON.stringify(META),
  }));
}

async function testServer(): Promise<{ url: string; stop(): void }> {
  const main = fileURLToPath(new URL('../test/eventstoredb/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), stop: () => void child.kill() };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function spread(numbers: readonly number[]): string {
  return `(${Math.min(...numbers).toFixed(0)} to ${Math.max(...numbers).toFixed(0)})`;
}

function whole(name: keyof typeof values): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} ${values[name]}: give a whole number from 1`);
  process.exit(2);
}
