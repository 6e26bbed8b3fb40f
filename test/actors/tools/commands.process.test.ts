import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const workers = new URL('../../../dist/workers.js', import.meta.url).href;

/** A process in which an approved command runs, and which ends at once when it is interrupted a second time. */
const program = (workspace: string) => `
  import { createHash } from 'node:crypto';
  import { hordeWorkers, createPriceTable } from ${JSON.stringify(workers)};
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const approveBytes = async ({ bytes }) => ({ approved: true, hash: hash(bytes), by: 'p', text: '' });
  const idle = { effect: 'repeatable', run: () => Promise.reject(new Error('no')) };
  const person = { approveBytes, askText: async () => '', ask: idle, approve: idle };
  const client = { rehearsal: true, key: 'k', reply: () => Promise.reject(new Error('no')) };
  const { workers } = hordeWorkers({
    client, person, prices: createPriceTable(), workspace: ${JSON.stringify(workspace)}, commands: true,
  });
  const input = { program: 'sh', args: ['-c', 'sleep 600 & echo $! > child.new; mv child.new child; wait'] };
  const content = [{ type: 'tool_use', id: 'u', name: 'run_command', input }];
  const event = async () => ({ type: 'model.replied', data: { content }, meta: {} });
  const signal = new AbortController().signal;
  for (const name of ['SIGINT', 'SIGHUP']) process.on(name, () => process.exit(130));
  await workers.useTool.run(
    { agent: 'a', tool: 'run_command', reply: 1, index: 0 },
    { team: 't', actor: 'a', event, signal },
  );
`;

/** Gone, or dead and not yet collected. */
function hasEnded(pid: string): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

it.skipIf(process.platform !== 'linux').each(['SIGINT', 'SIGHUP'] as const)(
  'a command and its children end with a process that ends at once, by %s',
  async (signal) => {
    const workspace = mkdtempSync(join(tmpdir(), 'horde-command-'));
    onTestFinished(() => rmSync(workspace, { recursive: true, force: true }));
    const process_ = spawn(process.execPath, ['--input-type=module', '-e', program(workspace)], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      stdio: 'inherit',
    });
    onTestFinished(() => void process_.kill('SIGKILL'));
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    const told = join(workspace, 'child');
    await expect.poll(() => existsSync(told), { timeout: 300_000 }).toBe(true);
    const child = readFileSync(told, 'utf8').trim();
    expect(hasEnded(child)).toBe(false);
    process_.kill(signal);
    await ended;
    await expect.poll(() => hasEnded(child), { timeout: 300_000 }).toBe(true);
  },
);
