/** The program `horde` as a process: run to its end, or begun and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { pages } from '../../src/events/store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  /** Standard output as JSON. */
  json<T = any>(): T;
  /** Standard output as JSON lines. */
  lines<T = any>(): T[];
}

export interface Horde {
  folder: string;
  run(args: readonly string[], input?: string): Promise<Ended>;
  begin(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> };
  /** What stands in a team's stream, read beside the program: quicker than a process that prints it. */
  log(team: string): Promise<RecordedEvent[]>;
}

/** A folder of its own that is gone when the test is. `env` is all that the program sees beside PATH. */
export function hordeIn(env: Record<string, string> = {}): Horde {
  const folder = mkdtempSync(join(tmpdir(), 'horde-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const begin = (args: readonly string[], input = '') => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (status, signal) =>
        resolve({
          status,
          signal,
          out,
          err,
          json: () => JSON.parse(out),
          lines: () =>
            out
              .trim()
              .split('\n')
              .filter(Boolean)
              .map((line) => JSON.parse(line)),
        }),
      );
    });
    return { child, ended };
  };
  const log = (team: string) => logOf(join(folder, '.horde/horde.db'), team);
  return { folder, begin, log, run: (args, input) => begin(args, input).ended };
}

const catalog = createCatalog(vocabulary);

async function logOf(path: string, team: string): Promise<RecordedEvent[]> {
  if (!existsSync(path)) return [];
  const store = await openStore(`sqlite:${path}`);
  try {
    const events: RecordedEvent[] = [];
    for await (const page of pages(store, teamStream(teamId(team))))
      events.push(...page.map((raw) => catalog.decode(raw)));
    return events;
  } finally {
    await store.close();
  }
}
