/** The program `horde` as a process: run to its end, or begun and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

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
  return { folder, begin, run: (args, input) => begin(args, input).ended };
}
