/** What only a process meets: readers that leave, disks that are full, input that is in no hurry, odd folders. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hordeProcessIn, main } from './horde-process.ts';
import { until } from './until.ts';

const RUN = ['run', '--rehearse', '--pattern', 'review-loop', '--team', 't'];
const REQUEST = 'Design the orders table, then have it reviewed';

describe('a reader of standard output that leaves', () => {
  it('does not end the run that it read, nor change its status', async () => {
    const horde = hordeProcessIn();
    const { child, ended } = horde.begin([...RUN, '--latency', '50', REQUEST]);
    child.stdout.destroy();
    const { status, signal, err } = await ended;
    expect([status, signal]).toEqual([0, null]);
    expect(err).not.toMatch(/EPIPE|at .*\.js/);
    expect((await horde.log('t')).at(-1)?.type).toBe('team.dissolved');
  });

  it('ends a log that is followed', async () => {
    const horde = hordeProcessIn();
    await horde.run([...RUN, '--detach', REQUEST]);
    const { child, ended } = horde.begin(['log', 't', '--follow']);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    await horde.run(['tell', 't', 'producer', 'hello']);
    const resumed = horde.run(['resume', 't']);
    const { status, err } = await ended;
    expect([status, err]).toEqual([0, '']);
    await resumed;
  });

  it('and of remarks does neither', async () => {
    const horde = hordeProcessIn();
    const { child, ended } = horde.begin([...RUN, '--json', REQUEST]);
    child.stderr.destroy();
    const { status, json } = await ended;
    expect([status, json().status]).toEqual([0, 'done']);
  });
});

describe('a disk that is full', () => {
  it('under standard output is told in one line, with status 1', async () => {
    const horde = hordeProcessIn();
    await horde.run([...RUN, REQUEST]);
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [main, 'report', 't'], {
      cwd: horde.folder,
      stdio: ['ignore', full, 'pipe'],
    });
    let err = '';
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    closeSync(full);
    expect([status, err]).toEqual([1, 'horde: standard output cannot be written (ENOSPC)\n']);
  });
});

describe('standard input', () => {
  it('that does not block and is in no hurry is waited for', async () => {
    const horde = hordeProcessIn();
    const { child, ended } = horde.begin(['run', '--rehearse', '--json', '--file', '-']);
    await until(() => child.pid);
    setTimeout(() => child.stdin.end('Write a haiku about tables'), 300);
    const { json } = await ended;
    expect(json().report.summary.request).toBe('Write a haiku about tables');
  });
});

describe('a folder whose name is not UTF-8', () => {
  it('takes no store that would land elsewhere', async () => {
    const { folder } = hordeProcessIn();
    const script =
      'mkdir "$(printf \'caf\\351\')" && cd caf* && "$0" "$1" run --rehearse hi; echo "status $?"; ls -A';
    const child = spawn('bash', ['-c', script, process.execPath, main], { cwd: folder });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        out += chunk;
      });
    await new Promise((resolve) => child.on('close', resolve));
    expect(out).toMatch(/its name is not UTF-8.*--store\nstatus 2\n$/s);
  });
});
