/**
 * What surrounds a run of the program: its arguments and environment, the folder it works in, its streams, and how a
 * person interrupts it. `processShell` takes them from the process; a test hands in its own.
 *
 * Invariants
 * 1. Nothing of the command line reads `process` but through a shell.
 * 2. Until a command asks for `interruption`, signals end the process as they end any other.
 */
import { isAbsolute, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { EXIT } from './bad-usage.ts';

export interface Shell {
  /** Without the program itself. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted by the first Ctrl-C; a second one ends the program at once. */
  interruption(): AbortSignal;
}

/** Where a path of the command line leads. */
export const pathIn = ({ cwd }: Pick<Shell, 'cwd'>, path: string): string =>
  isAbsolute(path) ? path : resolve(cwd, path);

/** Resolves when the signal is given. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

export function processShell(): Shell {
  let interruption: AbortSignal | undefined;
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    interruption() {
      interruption ??= interruptionOfProcess();
      return interruption;
    },
  };
}

function interruptionOfProcess(): AbortSignal {
  const first = new AbortController();
  const interrupt = () => {
    if (first.signal.aborted) process.exit(EXIT.interrupted);
    first.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return first.signal;
}
