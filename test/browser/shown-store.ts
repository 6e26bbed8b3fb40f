/**
 * A store with teams, shown by the program itself: `horde run --rehearse` fills it, `horde ui` serves it, as people do.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RecordedEvent } from '../../src/events/event.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { type EventStore, pages } from '../../src/events/store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const REQUEST = 'Design a rate limiter for the public API and have it reviewed';
const run = promisify(execFile);
const catalog = createCatalog(vocabulary);

export interface ShownStore {
  readonly folder: string;
  readonly url: string;
  /** Where everything of the page must come from. */
  readonly origin: string;
  /** The address of a team, with the token. */
  teamUrl(team: string, query?: string): string;
  horde(args: readonly string[]): Promise<{ out: string; err: string }>;
  json<Result = any>(args: readonly string[]): Promise<Result>;
  /** Runs a rehearsed team to its end. */
  rehearse(team: string, pattern: string, seed: number): Promise<void>;
  events(team: string): Promise<RecordedEvent[]>;
  store(): Promise<EventStore>;
  /** Starts `horde` and resolves with the first address of a page that it prints. */
  serve(args: readonly string[]): Promise<{ url: string; child: ChildProcess }>;
  /** Starts `horde` beside the rest; `ended` resolves with its code, or null when it was killed. */
  start(args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> };
  close(): Promise<void>;
}

/** Serves a new store, filled by `fill` first. */
export async function showStore(fill: (shown: ShownStore) => Promise<void>): Promise<ShownStore> {
  const folder = mkdtempSync(join(tmpdir(), 'horde-page-'));
  const children: ChildProcess[] = [];
  let opened: EventStore | undefined;
  const env = { PATH: process.env['PATH'], HOME: folder };
  const begin = (args: readonly string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env });
    children.push(child);
    child.stdin.end();
    return child;
  };
  const shown: ShownStore & { url: string; origin: string } = {
    folder,
    url: '',
    origin: '',
    teamUrl: (team: string, query = '') =>
      `${shown.url}/team/${encodeURIComponent(team)}${query ? `?${query}` : ''}`,
    async horde(args: readonly string[]) {
      const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], {
        cwd: folder,
        env,
        maxBuffer: 64 * 1024 * 1024,
      });
      return { out: stdout, err: stderr };
    },
    json: async (args: readonly string[]) =>
      JSON.parse((await shown.horde([...args, '--json'])).out),
    async rehearse(team: string, pattern: string, seed: number) {
      const options = ['--pattern', pattern, '--team', team, '--seed', String(seed)];
      await shown.json(['run', '--rehearse', ...options, REQUEST]);
    },
    store: async () => (opened ??= await openStore(`sqlite:${join(folder, '.horde/horde.db')}`)),
    async events(team: string) {
      const events: RecordedEvent[] = [];
      for await (const page of pages(await shown.store(), teamStream(teamId(team))))
        events.push(...page.map((raw) => catalog.decode(raw)));
      return events;
    },
    start(args: readonly string[]) {
      const child = begin(args);
      child.stdout.resume();
      child.stderr.resume();
      return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
    },
    async serve(args: readonly string[]) {
      const child = begin(args);
      const url = await new Promise<string>((resolve, reject) => {
        const look = (line: string) => {
          const [found] = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(line) ?? [];
          if (found) resolve(found);
        };
        createInterface(child.stdout).on('line', look);
        createInterface(child.stderr).on('line', look);
        child.once('exit', (code) => reject(new Error(`horde ${args[0]} ended with ${code}`)));
      });
      return { url, child };
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await opened?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await fill(shown);
    shown.url = (await shown.serve(['ui', '--json'])).url;
    shown.origin = new URL(shown.url).origin;
    return shown;
  } catch (error) {
    await shown.close();
    throw error;
  }
}
