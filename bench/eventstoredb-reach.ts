/**
 * `npm run bench:eventstoredb-reach [-- --foreign N] [--looked-per-ms N]`: how long people wait in a database in which
 * other programs have written a million events: `horde teams` the first and the second time, `horde run` to its first
 * event, and a worker to its first team. Each is a process of its own, as people start them.
 *
 * The server is the test server in a process of its own, which looks through foreign events at the pace of a real
 * one, or the one that `EVENTSTOREDB_URL` names. Needs `npm run build`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { StreamName } from '../src/events/ids.ts';
import { openEventStoreDb } from '../src/events/stores/eventstoredb/eventstoredb-store.ts';

const { values } = parseArgs({
  options: {
    foreign: { type: 'string', default: '1000000' },
    'looked-per-ms': { type: 'string', default: '225' },
  },
});
const WANTED_MS = {
  'teams, again': 2_000,
  'run to its first event': 2_000,
  "a worker's first team": 3_000,
};
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
const real = process.env['EVENTSTOREDB_URL'];
const server = real ? undefined : testServer();
const url = real ?? (await server!.url);
const home = mkdtempSync(join(tmpdir(), 'reach-'));
const store = await openEventStoreDb(url);
const measured: [string, number][] = [];
try {
  await measure('an empty process', () => ended(horde(['--version'])));
  await measure('teams, the first time', () => ended(horde(['teams'])));
  await measure('teams, again', () => ended(horde(['teams'])));
  await measure('run to its first event', () =>
    stands('reach1', ['run', '--rehearse', '--team', 'reach1', 'Write a note']),
  );
  await ended(horde(['run', '--detach', '--rehearse', '--team', 'reach2', 'Write a note']));
  await measure("a worker's first team", () => taken('reach2'));
} finally {
  await store.close();
  server?.stop();
  rmSync(home, { recursive: true, force: true });
}
for (const [what, ms] of measured) {
  const wanted = WANTED_MS[what as keyof typeof WANTED_MS];
  const verdict =
    wanted === undefined ? '' : `, wanted ${wanted}: ${ms <= wanted ? 'reached' : 'missed'}`;
  console.log(`${what}: ${ms.toFixed(0)} ms${verdict}`);
}

function horde(args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: home, HORDE_STORE: url };
  const options = { env, cwd: home, stdio: 'ignore' as const };
  return spawn(process.execPath, [path('../dist/cli/main.js'), ...args], options);
}

async function ended(child: ReturnType<typeof horde>): Promise<void> {
  await once(child, 'close');
}

async function measure(what: string, doing: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await doing();
  measured.push([what, performance.now() - began]);
}

async function stands(team: string, args: readonly string[]): Promise<void> {
  const child = horde(args);
  while ((await store.head(`team-${team}` as StreamName)) < 0) await pause();
  void ended(child);
}

async function taken(team: string): Promise<void> {
  const child = horde(['worker']);
  for (let took = false; !took; await pause()) {
    const events = await store.read(`team-${team}` as StreamName);
    took = events.some(({ type }) => type === 'leader.took');
  }
  child.kill('SIGTERM');
  await ended(child);
}

function testServer(): { url: Promise<string>; stop(): void } {
  const args = ['--import', 'tsx', path('../test/eventstoredb/main.ts'), '--port', '0'];
  args.push('--foreign', values.foreign, '--looked-per-ms', values['looked-per-ms']);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data').then(([line]) => String(line).trim());
  return { url: said, stop: () => void child.kill() };
}
