/**
 * A fault run in a process of its own: it begins with nothing of earlier runs, and when Node itself dies
 * under it, that is known and harms no other run.
 *
 * Invariants
 * 1. What comes back is a whole run, or how the process ended; never both, and never a part of a run.
 * 2. No process outlives its time or the one that began it.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FaultRun, FaultRunOptions } from './fault-run.ts';

export interface Order extends Omit<FaultRunOptions, 'onNote' | 'breaking'> {
  seed: number;
}

/** What the machine did to the run meanwhile: takeovers are timed by a clock that does not stop for it. */
export interface Strain {
  /** How long the run's event loop stood still at most, milliseconds. */
  stillMs: number;
  /** How much of one core it had. */
  coreShare: number;
}

export type Message =
  | { kind: 'note'; text: string }
  | { kind: 'failed'; stack: string }
  | { kind: 'done'; run: FaultRun; strain: Strain };

export type Outcome =
  | { kind: 'done'; run: FaultRun; strain: Strain }
  | { kind: 'failed'; stack: string }
  /** The process ended before the run did. `cause`: a signal, or `exit N`; `said`: the end of its stderr. */
  | { kind: 'died'; cause: string; said: string };

const PROGRAM = fileURLToPath(new URL('./own-process-main.ts', import.meta.url));
/** A run has a minute after its last fault; twice that and more means that it hangs. */
const TIME_MS = 180_000;
const SAID_CHARS_MAX = 4_000;

/** The program can be another one, to see what is made of its end. */
export function runApart(
  order: Order,
  onNote: (text: string) => void = () => {},
  program = PROGRAM,
): Promise<Outcome> {
  const child = fork(program, [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let outcome: Outcome | undefined;
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-SAID_CHARS_MAX);
  });
  child.on('message', (message: Message) => {
    if (message.kind === 'note') onNote(message.text);
    else outcome = message;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(outcome ?? { kind: 'died', cause: signal ?? `exit ${code}`, said });
    });
  });
}
