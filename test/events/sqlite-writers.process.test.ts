import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openSqliteStore } from '../../src/events/stores/sqlite/sqlite-store.ts';
import { newEvents, until } from './fixtures/new-event.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const stream = 'team-a' as StreamName;
let folder: string;
let file: string;
let serial = 0;
let running: ChildProcess[] = [];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'horde-processes-'));
});
beforeEach(() => {
  file = path.join(folder, `${serial++}.db`);
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Started {
  child: ChildProcess;
  /** Whole lines of its standard output so far. */
  lines(): string[];
  ended: Promise<number | null>;
}

function start(command: string, parameters: string[]): Started {
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, lines: () => text.split('\n').slice(0, -1) };
}

const startFixture = (name: string, ...parameters: string[]): Started =>
  start(process.execPath, ['--import', 'tsx', fixture(name), ...parameters]);

/** Every stream has each revision once, and the order of all has no hole. */
async function expectGapless(store: EventStore): Promise<RawEvent[]> {
  const all: RawEvent[] = [];
  for (;;) {
    const page = await store.readAll({ after: all.at(-1)?.position ?? -1 });
    if (page.length === 0) break;
    all.push(...page);
  }
  expect(all.map(({ position }) => position)).toEqual(all.map((_, i) => i + 1));
  const next = new Map<string, number>();
  for (const event of all) {
    expect(event.revision).toBe(next.get(event.stream) ?? 0);
    next.set(event.stream, event.revision + 1);
  }
  return all;
}

describe('several processes on one file', () => {
  it('write side by side, from its making on, and hear each other', {
    timeout: 30_000,
  }, async () => {
    const writers = ['p', 'q', 'r'].map((prefix) =>
      startFixture('writer.ts', `sqlite:${file}`, prefix, '3', '30'),
    );
    const store = await openSqliteStore(file);
    const heard: RawEvent[] = [];
    store.subscribe({ onEvents: (events) => void heard.push(...events) });
    for (let revision = -1; revision < 49; revision++)
      await store.append(stream, newEvents(1), revision);
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const all = await expectGapless(store);
    expect(all).toHaveLength(3 * 3 * 30 + 50);
    await until(() => heard.length >= all.length, 'all was heard');
    expect(heard).toEqual(all);
    for (const { lines } of writers) {
      expect(lines()).toHaveLength(90);
      for (const line of lines()) expectStored(all, line);
    }
    await store.close();
  });

  it('never block the event loop of one that waits for the lock', { timeout: 30_000 }, async () => {
    const store = await openSqliteStore(file);
    await store.append(stream, newEvents(1), -1);
    const holder = startFixture('lock-holder.ts', file);
    await until(() => holder.lines().includes('held'), 'the lock is held');
    let answered = false;
    const waiting = store.append(stream, newEvents(1), 0).finally(() => {
      answered = true;
    });
    // Were the loop blocked, these turns would never come, since the lock is released after them.
    for (let turns = 0; turns < 200; turns++) await new Promise((next) => setTimeout(next, 1));
    expect(answered).toBe(false);
    expect(await store.head(stream)).toBe(0);
    holder.child.stdin!.end();
    expect(await waiting).toMatchObject({ revision: 1 });
    expect(await holder.ended).toBe(0);
    await store.close();
  });
});

describe('a process killed in the middle of writing', () => {
  it('has kept everything that was answered, without gaps', { timeout: 60_000 }, async () => {
    const answered: string[] = [];
    for (const enough of [20, 150, 400]) {
      const writer = startFixture('writer.ts', `sqlite:${file}`, 'p', '5', '100000');
      await until(() => writer.lines().length >= enough, `${enough} appends were answered`);
      writer.child.kill('SIGKILL');
      await writer.ended;
      answered.push(...writer.lines());
      const store = await openSqliteStore(file);
      const all = await expectGapless(store);
      expect(all.length).toBeGreaterThanOrEqual(answered.length);
      const ids = new Map(all.map((event) => [event.id, event]));
      for (const line of answered) expectStored([ids.get(line.split(' ')[2]!)!], line);
      await store.close();
    }
  });

  it('may have been killed while its log was copied into the file', {
    timeout: 30_000,
  }, async () => {
    const writer = startFixture('writer.ts', `sqlite:${file}`, 'p', '5', '40', 'stay');
    await until(() => writer.lines().length === 200, '200 appends were answered');
    writer.child.kill('SIGKILL');
    await writer.ended;
    copyFirstPageFromLog(file);
    const store = await openSqliteStore(file);
    expect((await expectGapless(store)).length).toBeGreaterThanOrEqual(writer.lines().length);
    await store.close();
  });
});

describe('a disk that fails', () => {
  const reason = process.platform === 'win32' ? 'no limits of file sizes on Windows' : undefined;
  it.skipIf(reason)(
    'ends the store, and what was answered is kept',
    { timeout: 30_000 },
    async () => {
      const limited = 'ulimit -f 2048; exec "$@"';
      const failing = start('bash', [
        ...['-c', limited, 'bash', process.execPath, '--import', 'tsx'],
        ...[fixture('disk-failure.ts'), file],
      ]);
      let told = '';
      failing.child.stdout!.on('data', (chunk) => {
        told += chunk;
      });
      expect(await failing.ended).toBe(0);
      const outcome = JSON.parse(told);
      expect(outcome).toMatchObject({
        first: 'fatal',
        append: 'fatal',
        read: 'fatal',
        subscriptionEnded: 'fatal',
      });
      expect(outcome.message).toMatch(/the disk failed.*SQLITE_IOERR/);
      const store = await openSqliteStore(file);
      expect(await store.head(stream)).toBe(outcome.answered);
      await expectGapless(store);
      await store.close();
    },
  );
});

function expectStored(events: readonly (RawEvent | undefined)[], line: string): void {
  const [name, revision, id] = line.split(' ');
  const event = events.find((one) => one?.id === id);
  expect(event && [event.stream, event.revision]).toEqual([name, Number(revision)]);
}

/** What a crash leaves that comes after the first page of a checkpoint: a file shorter than it says. */
function copyFirstPageFromLog(name: string): void {
  const log = fs.readFileSync(`${name}-wal`);
  const frame = 24 + 4096;
  let page: Buffer | undefined;
  for (let at = 32; at + frame <= log.length; at += frame)
    if (log.readUInt32BE(at) === 1) page = log.subarray(at + 24, at + frame);
  expect(page?.readUInt32BE(28)).toBeGreaterThan(fs.statSync(name).size / 4096);
  const descriptor = fs.openSync(name, 'r+');
  fs.writeSync(descriptor, page!, 0, 4096, 0);
  fs.closeSync(descriptor);
}
