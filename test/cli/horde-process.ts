/** The program `horde` as a process, as it is shipped: for kills, signals, and several processes on one store. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { type Ended, endedWith, logOf, temporaryFolder } from './horde.ts';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface ProcessEnded extends Ended {
  signal: NodeJS.Signals | null;
}

export interface HordeProcess {
  folder: string;
  run(args: readonly string[], input?: string): Promise<ProcessEnded>;
  /** It is killed with the test. */
  begin(args: readonly string[]): {
    child: ChildProcessWithoutNullStreams;
    ended: Promise<ProcessEnded>;
  };
  log(team: string): Promise<RecordedEvent[]>;
}

/** A folder of its own that is gone when the test is. `env` is all that the program sees beside PATH. */
export function hordeProcessIn(env: Record<string, string> = {}): HordeProcess {
  const folder = temporaryFolder();
  const begin = (args: readonly string[]) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
    });
    child.stdin.on('error', () => {});
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    const ended = new Promise<ProcessEnded>((resolve) => {
      child.on('close', (status, signal) => resolve({ ...endedWith(status, out, err), signal }));
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return { child, ended };
  };
  return {
    folder,
    begin,
    run(args, input = '') {
      const { child, ended } = begin(args);
      child.stdin.end(input);
      return ended;
    },
    log: (team) => logOf(join(folder, '.horde/horde.db'), team),
  };
}
