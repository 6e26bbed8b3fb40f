/**
 * The program `horde` in this process: run to its end, or begun, watched and interrupted. Each call has streams and a
 * folder of its own. `horde-process.ts` runs it as a process, for what only a process shows.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Site } from '../../src/cli/command.ts';
import { horde } from '../../src/cli/horde.ts';
import { createOutput, sinksOf } from '../../src/cli/output.ts';
import { OwnPatterns } from '../../src/cli/own-patterns.ts';
import type { Shell } from '../../src/cli/shell.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { pages } from '../../src/events/store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';

export interface Ended {
  status: number | null;
  out: string;
  err: string;
  /** Standard output as JSON. */
  json<T = any>(): T;
  /** Standard output as JSON lines. */
  lines<T = any>(): T[];
}

/** A command that is under way. */
export interface Begun {
  /** What it has written so far. */
  readonly out: string;
  readonly err: string;
  /** As Ctrl-C does. */
  interrupt(): void;
  readonly ended: Promise<Ended>;
}

export interface Horde {
  folder: string;
  run(args: readonly string[], input?: string): Promise<Ended>;
  begin(args: readonly string[], input?: string): Begun;
  /** What stands in a team's stream, read beside the program. */
  log(team: string): Promise<RecordedEvent[]>;
}

/** A folder of its own that is gone when the test is. `env` is all that the program sees beside PATH. */
export function hordeIn(env: Record<string, string> = {}): Horde {
  const folder = temporaryFolder();
  const surroundings = { PATH: process.env['PATH'], HOME: folder, ...env };
  const begin = (args: readonly string[], input = '') => {
    const begun = beginIn(folder, surroundings, args, input);
    onTestFinished(async () => {
      begun.interrupt();
      await begun.ended;
    });
    return begun;
  };
  return {
    folder,
    begin,
    run: (args, input) => begin(args, input).ended,
    log: (team) => logOf(join(folder, '.horde/horde.db'), team),
  };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'horde-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a command works whose output nobody reads. */
export function siteOf(env: Shell['env']): Site {
  const shell: Shell = {
    argv: [],
    env,
    cwd: tmpdir(),
    stdin: Readable.from([]),
    stdout: new Written(),
    stderr: new Written(),
    interruption: () => new AbortController().signal,
  };
  const output = createOutput(shell, sinksOf(shell), true);
  return { shell, output, own: new OwnPatterns(shell) };
}

function beginIn(cwd: string, env: Shell['env'], argv: readonly string[], input: string): Begun {
  const out = new Written();
  const err = new Written();
  const interruption = new AbortController();
  const ended = horde({
    argv,
    env,
    cwd,
    stdin: Readable.from([input]),
    stdout: out,
    stderr: err,
    interruption: () => interruption.signal,
  }).then((status) => endedWith(status, out.text, err.text));
  return {
    get out() {
      return out.text;
    },
    get err() {
      return err.text;
    },
    interrupt: () => interruption.abort(),
    ended,
  };
}

export const endedWith = (status: number | null, out: string, err: string): Ended => ({
  status,
  out,
  err,
  json: () => JSON.parse(out),
  lines: () =>
    out
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
});

/** A stream that keeps what is written to it. */
export class Written extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

const catalog = createCatalog(vocabulary);

export async function logOf(path: string, team: string): Promise<RecordedEvent[]> {
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
