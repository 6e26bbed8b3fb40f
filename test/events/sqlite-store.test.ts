import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Libsql from 'libsql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { ANY_REVISION, NO_STREAM, RevisionConflict, StoreFailure } from '../../src/events/store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { openSqliteStore } from '../../src/events/stores/sqlite/sqlite-store.ts';
import { newEvent, newEvents, until } from './fixtures/new-event.ts';
import { describeStore } from './store-contract.ts';

let folder: string;
let file: string;
let serial = 0;
const stream = 'team-a' as StreamName;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'horde-sqlite-'));
});
beforeEach(() => {
  file = path.join(folder, `${serial++}.db`);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const failureOf = async (opening: Promise<any>): Promise<StoreFailure> => {
  const failure = await opening.catch((error) => error);
  expect(failure).toBeInstanceOf(StoreFailure);
  return failure;
};

describeStore('sqlite', {
  open: () => openStore(`sqlite:${path.join(folder, `contract-${serial++}.db`)}`),
});

describe('the SQLite store', () => {
  it('commits all appends of one turn of the event loop at once', async () => {
    const store = await openSqliteStore(file);
    const before = store.commits;
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        store.append(`s${i}` as StreamName, newEvents(2), NO_STREAM),
      ),
    );
    expect(store.commits - before).toBe(1);
    await store.close();
  });

  it('lets a conflict cost nobody else of the same commit anything', async () => {
    const store = await openSqliteStore(file);
    await store.append(stream, newEvents(1), NO_STREAM);
    const before = store.commits;
    const outcomes = await Promise.allSettled([
      store.append(stream, newEvents(1), 0),
      store.append(stream, newEvents(1), 0),
      store.append('new' as StreamName, newEvents(1), 3),
      store.append(stream, newEvents(1), 1),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(RevisionConflict);
    expect(store.commits - before).toBe(1);
    expect(await store.head(stream)).toBe(2);
    expect(await store.streams('')).toHaveLength(1);
    await store.close();
  });

  it('finds everything again when it is opened anew', async () => {
    const url = `sqlite:${file}?synchronous=normal`;
    const first = await openStore(url);
    await first.append(stream, newEvents(20), NO_STREAM);
    await first.snapshots!.put(stream, 19, 'v1', '{}');
    await first.readModels!.save('board', 20, '[]');
    const events = await first.read(stream);
    await first.close();
    const second = await openStore(url);
    expect(second.url).toBe(`sqlite:${file}`);
    expect(await second.read(stream)).toEqual(events);
    expect(await second.snapshots!.get(stream, 50, 'v1')).toMatchObject({ revision: 19 });
    expect(await second.readModels!.load('board')).toMatchObject({ position: 20 });
    await second.append(stream, newEvents(1), 19);
    await second.close();
  });

  it('leaves a file that is whole without its log', async () => {
    const store = await openSqliteStore(file);
    await store.append(stream, newEvents(300), NO_STREAM);
    await store.close();
    const copy = `${file}.copy`;
    fs.copyFileSync(file, copy);
    const copied = await openSqliteStore(copy);
    expect(await copied.head(stream)).toBe(299);
    await copied.close();
  });

  it('keeps two stores on one file apart in nothing but their connections', async () => {
    const [one, two] = [await openSqliteStore(file), await openSqliteStore(file)];
    for (let head = -1; head < 40; head += 2) {
      await one.append(stream, newEvents(1), head);
      await two.append(stream, newEvents(1), head + 1);
      await expect(one.append(stream, newEvents(1), head + 1)).rejects.toThrow(RevisionConflict);
    }
    expect(await one.read(stream)).toEqual(await two.read(stream));
    await one.close();
    await two.close();
  });

  it('hears what another connection appends, in order with its own', async () => {
    const [one, two] = [await openSqliteStore(file), await openSqliteStore(file)];
    const heard: RawEvent[] = [];
    one.subscribe({ onEvents: (events) => void heard.push(...events) });
    for (let i = 0; i < 50; i++) {
      const writes = [one, two].map((store, w) =>
        store.append(`s${(i + w) % 3}` as StreamName, newEvents(2), ANY_REVISION),
      );
      if (i % 3 === 0) await Promise.all(writes);
      else await writes[i % 2];
    }
    await until(() => heard.length >= 200, 'all 200 events were heard');
    expect(heard).toEqual(await two.readAll());
    await one.close();
    await two.close();
  });

  it('reads once for all subscribers, however many listen to what others append', async () => {
    const [one, two] = [await openSqliteStore(file), await openSqliteStore(file)];
    let heard = 0;
    let caughtUp = 0;
    for (let i = 0; i < 1000; i++)
      one.subscribe({
        after: 'end',
        onEvents: (events) => {
          heard += events.length;
        },
        onCaughtUp: () => {
          caughtUp++;
        },
      });
    await until(() => caughtUp === 1000, 'all listen');
    const reads = countCalls(one, 'readAll');
    await two.append(stream, newEvents(5), NO_STREAM);
    await until(() => heard === 5000, 'all have heard');
    expect(reads()).toBeLessThan(5);
    await one.close();
    await two.close();
  });

  it('gives the file, its log and its index to nobody else, and makes the folder', async () => {
    const deep = path.join(folder, `new-${serial}`, 'deeper', 'store.db');
    const store = await openSqliteStore(deep);
    await store.append(stream, newEvents(1), NO_STREAM);
    for (const suffix of ['', '-wal', '-shm'])
      expect((fs.statSync(deep + suffix).mode & 0o777).toString(8)).toBe('600');
    expect((fs.statSync(path.dirname(deep)).mode & 0o777).toString(8)).toBe('700');
    expect(fs.readdirSync(path.dirname(deep)).filter((name) => name.endsWith('.new'))).toEqual([]);
    await store.close();
  });

  it('stores nothing of what does not fit, says so, and goes on', async () => {
    const store = await openSqliteStore(file, { bytesMax: 400_000 });
    const big = JSON.stringify('x'.repeat(20_000));
    let head = NO_STREAM;
    let failure: unknown;
    while (failure === undefined && head < 100)
      await store.append(stream, [newEvent(big)], head).then(
        ({ revision }) => {
          head = revision;
        },
        (error) => {
          failure = error;
        },
      );
    expect(failure).toMatchObject({ name: 'StoreFailure', kind: 'full' });
    expect(head).toBeGreaterThan(5);
    expect(await store.head(stream)).toBe(head);
    await expect(store.append(stream, [newEvent(big)], head)).rejects.toThrow('full');
    await store.close();
    const roomy = await openSqliteStore(file);
    expect(await roomy.append(stream, [newEvent(big)], head)).toMatchObject({ revision: head + 1 });
    await roomy.close();
  });
});

describe('a disk that is full', () => {
  it('costs a batch, and leaves neither a gap nor a memory of what was not stored', async () => {
    const store = await openSqliteStore(file, { bytesMax: 400_000 });
    await store.append(stream, newEvents(1), NO_STREAM);
    const big = newEvent(JSON.stringify('x'.repeat(1_000_000)));
    const outcomes = await Promise.allSettled([
      store.append('other' as StreamName, newEvents(2), NO_STREAM),
      store.append(stream, [big], 0),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { kind: 'full' } });
    expect(await store.streams('')).toEqual([{ stream, revision: 0 }]);
    await store.append(stream, newEvents(1), 0);
    await store.append('other' as StreamName, newEvents(1), NO_STREAM);
    const all = await store.readAll();
    expect(all.map(({ position, revision }) => [position, revision])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
    await store.close();
  });
});

describe('a file that is not fit to be a store', () => {
  const unchanged = async (name: string, kind: string, says: RegExp): Promise<void> => {
    const before = fs.readFileSync(name);
    const failure = await failureOf(openSqliteStore(name));
    expect(failure.kind).toBe(kind);
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(name);
    expect(fs.readFileSync(name).equals(before)).toBe(true);
    for (const suffix of ['-wal', '-shm', '-journal'])
      expect(fs.existsSync(name + suffix)).toBe(false);
  };

  /** A store with some events, closed, under a name that this process has never opened. */
  const madeStore = async (): Promise<string> => {
    const store = await openSqliteStore(file);
    await store.append(stream, newEvents(500), NO_STREAM);
    await store.close();
    const copy = `${file}.copy`;
    fs.copyFileSync(file, copy);
    return copy;
  };

  it('is refused when it is no database', async () => {
    fs.writeFileSync(file, 'Dear diary, '.repeat(1000));
    await unchanged(file, 'foreign', /no store but some other file/);
    fs.writeFileSync(file, 'short');
    await unchanged(file, 'foreign', /no store but some other file/);
  });

  it('is refused when it is the database of another program', async () => {
    const database = new Libsql(file, {});
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text); PRAGMA user_version = 3');
    database.close();
    await unchanged(file, 'foreign', /another program/);
  });

  it('is refused when a newer version wrote it', async () => {
    const name = await madeStore();
    const descriptor = fs.openSync(name, 'r+');
    fs.writeSync(descriptor, Buffer.from([0, 0, 0, 99]), 0, 4, 60);
    fs.closeSync(descriptor);
    await unchanged(name, 'foreign', /newer version.*99/);
  });

  it.each([0, 50, 99, 4096, 50_000])('is refused when %i bytes are left of it', async (bytes) => {
    const name = await madeStore();
    fs.truncateSync(name, bytes);
    await unchanged(name, 'corrupt', bytes === 0 ? /is empty/ : /is truncated/);
  });

  it('is refused when it was truncated since it was last open here', async () => {
    const store = await openSqliteStore(file);
    await store.append(stream, newEvents(500), NO_STREAM);
    await store.close();
    fs.truncateSync(file, 50_000);
    const before = fs.readFileSync(file);
    expect((await failureOf(openSqliteStore(file))).kind).toBe('corrupt');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  it('ends the store when the damage shows only in the reading', async () => {
    const name = await madeStore();
    const descriptor = fs.openSync(name, 'r+');
    fs.writeSync(descriptor, Buffer.alloc(fs.statSync(name).size - 40_960, 0xaa), 0, null, 40_960);
    fs.closeSync(descriptor);
    const store = await openSqliteStore(name);
    expect((await failureOf(store.read(stream))).kind).toBe('corrupt');
    expect((await failureOf(store.append(stream, newEvents(1), 499))).kind).toBe('fatal');
    await store.close();
  });

  it('is refused when it is a folder', async () => {
    expect((await failureOf(openSqliteStore(folder))).kind).toBe('foreign');
  });

  it('is refused where no file can be made', async () => {
    fs.writeFileSync(file, '');
    const failure = await failureOf(openSqliteStore(path.join(file, 'store.db')));
    expect(failure.kind).toBe('unavailable');
  });
});

describe('the URL of a store', () => {
  it('opens a store in memory', async () => {
    const store = await openStore('memory:');
    expect(store.url).toBe('memory:');
    await store.close();
  });

  it.each([
    'postgres://me:secret@host/db',
    '/some/path',
    '',
    'sqlite:',
    'sqlite::memory:',
    'sqlite:x?sync=off',
    'sqlite:x?synchronous=off',
    'sqlite:x?bytesMax=many',
    'memory:x',
  ])('"%s" is refused clearly, and shows no password', async (url) => {
    const failure = await failureOf(openStore(url));
    expect(failure.kind).toBe('unavailable');
    expect(failure.message).not.toContain('secret');
  });
});

/** Counts the calls of a method from here on. */
function countCalls<Target extends object>(target: Target, method: keyof Target & string) {
  const original = target[method] as (...parameters: unknown[]) => unknown;
  let calls = 0;
  Object.defineProperty(target, method, {
    value(...parameters: unknown[]) {
      calls++;
      return original.apply(target, parameters);
    },
  });
  return () => calls;
}
