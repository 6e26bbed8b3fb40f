/**
 * `run_command`: a program with its arguments, in the workspace, when the run grants it and a person agrees.
 *
 * Invariants
 * 1. What runs is what was approved: folder, arguments and the hashes of the files that they name are one JSON text,
 *    shown whole and bound by hash; a file that has changed since is not run.
 * 2. No shell reads the arguments, unless the grant says so; then the line is one argument of `sh -c`.
 * 3. The program gets a handful of harmless variables: keys and tokens of this process stay here.
 * 4. Time and output are bounded; the end takes the whole group of processes along, and so does the end of this
 *    process, however soon it comes.
 */
import { spawn } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { z } from 'zod';
import { type ApproveBytes, hashOf } from '../people/approval.ts';
import { filesNamed } from './named-files.ts';
import { OutputTail } from './output-tail.ts';
import { defineTool, type ToolAnswer, ToolRefused } from './tool.ts';
import { shown, type Workspace } from './workspace.ts';

export interface CommandGrant {
  /** Asks a person; nothing runs without their yes. */
  approve: ApproveBytes;
  /** Only these programs; default: any that the person approves. */
  programs?: readonly string[];
  /** Lets the model write a line for the shell. */
  shell?: boolean;
  timeoutMs?: number;
  /** Further variables for the program. */
  env?: Readonly<Record<string, string>>;
}

const CHANGED = 'a file that the command names has changed since it was approved; ask again';
const TIMEOUT_MS = 60_000;
/** How long the last output may take to arrive after a program's end. */
const PIPES_MS = 1000;
const KEPT = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot'] as const;

export const runCommandTool = (workspace: Workspace, grant: CommandGrant) =>
  defineTool(
    'run_command',
    'Run a program in the workspace. A person is asked first and sees exactly what you want to run. No shell: give program and arguments apart.',
    {
      program: grant.shell
        ? z.string().min(1).max(8000).describe('A line for sh')
        : z.string().min(1).max(1000),
      args: z.array(z.string().max(8000)).max(100).optional(),
      folder: z.string().min(1).max(1024).optional().describe('Where; default: the root'),
    },
    'once',
    async ({ program, args = [], folder = '.' }, context) => {
      const argv = grant.shell ? ['sh', '-c', program, 'sh', ...args] : [program, ...args];
      if (argv.some((part) => part.includes('\0')))
        throw new ToolRefused('A command cannot hold a NUL character.');
      if (!grant.shell && grant.programs && !grant.programs.includes(program))
        throw new ToolRefused(
          `"${shown(program)}" may not be run; granted: ${grant.programs.join(', ') || 'nothing'}.`,
        );
      const place = await workspace.locate(folder, 'read');
      if (!(await lstat(place.real)).isDirectory())
        throw new ToolRefused(`"${shown(place.path)}" is not a folder.`);
      const files = await filesNamed(workspace, place.path, argv);
      const isNamed = Object.keys(files).length > 0;
      const command = { folder: place.path, run: argv, ...(isNamed ? { files } : {}) };
      const wanted = Buffer.from(JSON.stringify(command));
      const title = `${context.actor} of team ${context.team} wants to run a command`;
      const approval = await grant.approve({
        title,
        bytes: wanted,
        signal: context.signal,
        team: context.team,
      });
      if (!approval.approved || approval.hash !== hashOf(wanted))
        return { ok: false, text: `Not run: ${approval.text || 'it was not approved'}.` };
      const now = await filesNamed(workspace, place.path, argv);
      if (JSON.stringify(now) !== JSON.stringify(files))
        return { ok: false, text: `Not run: ${CHANGED}.` };
      context.signal.throwIfAborted();
      const held = await workspace.enter(place);
      try {
        return await run(argv, held.at(), grant, context.signal);
      } finally {
        await held.close();
      }
    },
  );

function run(
  argv: readonly string[],
  cwd: string,
  grant: CommandGrant,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const { timeoutMs = TIMEOUT_MS } = grant;
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, {
      cwd,
      env: environmentFor(grant),
      shell: false,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const release = endsWithProcess(child.pid);
    const out = new OutputTail(child.stdout);
    const err = new OutputTail(child.stderr);
    let ended: string | undefined;
    const end = (why: string): void => {
      ended ??= why;
      endGroup(child.pid);
    };
    const cancel = (): void => end('cancelled');
    const timer = setTimeout(() => end(`stopped after ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      release();
      signal.removeEventListener('abort', cancel);
      act();
    };
    const tell = (how: string, ok: boolean) => (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
      const text = [`[${ended ?? how}]`, out.text('stdout'), err.text('stderr')].filter(Boolean);
      settle(() => resolve({ ok: ok && !ended, text: text.join('\n') }));
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, killed) => {
      // What the program left running in its group goes with it; what escaped may hold the pipes open.
      endGroup(child.pid);
      const close = tell(code === null ? `ended by ${killed}` : `exit status ${code}`, code === 0);
      const late = setTimeout(close, PIPES_MS);
      child.once('close', () => {
        clearTimeout(late);
        close();
      });
    });
  });
}

const underWay = new Set<number>();
const endAll = (): void => underWay.forEach(endGroup);

/** A process that ends at once, as by a second Ctrl-C, leaves no command behind. */
function endsWithProcess(pid: number | undefined): () => void {
  if (pid === undefined) return () => {};
  if (underWay.size === 0) process.on('exit', endAll);
  underWay.add(pid);
  return () => {
    underWay.delete(pid);
    if (underWay.size === 0) process.off('exit', endAll);
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') process.kill(pid, 'SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function environmentFor(grant: CommandGrant): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), TERM: 'dumb', NO_COLOR: '1', ...grant.env };
}
