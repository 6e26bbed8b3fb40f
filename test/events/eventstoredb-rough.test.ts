/**
 * What others do in the database: delete, scavenge, restore, replace, refuse. Whoever listens hears on, nothing is
 * passed over, and whoever looks is told the truth. The real client talks to the test server over gRPC.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import {
  ANY_REVISION,
  type EventStore,
  RevisionConflict,
  StoreFailure,
  type SubscribeOptions,
} from '../../src/events/store.ts';
import { copyStreams } from '../../src/events/stores/copy.ts';
import {
  type EventStoreDbOptions,
  openEventStoreDb,
} from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

// The limit is given, so that no append beside those of a test asks for it.
const OPTIONS = { timeoutMs: 600, patienceMs: 8_000, appendBytesMax: 1024 * 1024 };

let server: TestServer;
const closing: (() => unknown)[] = [];
/** What the stores of a test told of their troubles. */
let told: string[];

beforeEach(async () => {
  server = await startTestServer();
  closing.push(() => server.stop());
  told = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: EventStoreDbOptions = {}, url = server.connectionString) {
  const onTrouble = (line: string) => void told.push(line);
  const store = await openEventStoreDb(url, { ...OPTIONS, onTrouble, ...options });
  closing.push(() => store.close());
  return store;
}

const team = (name: string) => `team-${name}` as StreamName;
const event = (data: unknown = {}): NewEvent => ({
  id: crypto.randomUUID(),
  type: 'it.happened',
  version: 1,
  data: JSON.stringify(data),
  meta: '{"at":1,"turn":0}',
});
const events = (count: number) => Array.from({ length: count }, (_, n) => event({ n }));
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 25_000, interval: 10 });
const names = (some: readonly RawEvent[]) =>
  some.map(({ stream, revision }) => `${stream}@${revision}`);

async function failureOf(promise: Promise<unknown>): Promise<StoreFailure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreFailure);
  return error as StoreFailure;
}

interface Heard {
  events: RawEvent[];
  errors: Error[];
  anew: number;
}

async function listen(store: EventStore, options: Partial<SubscribeOptions> = {}): Promise<Heard> {
  const heard: Heard = { events: [], errors: [], anew: 0 };
  let caughtUp = false;
  store.subscribe({
    prefix: 'team-',
    ...options,
    onEvents: (some) => void heard.events.push(...some),
    onError: (error) => heard.errors.push(error),
    onAnew: () => {
      heard.anew++;
      heard.events = [];
    },
    onCaughtUp: () => {
      caughtUp = true;
    },
  });
  await until(() => expect(caughtUp).toBe(true));
  await until(() => expect(server.openCalls('subscription')).toBeGreaterThan(0));
  return heard;
}

/** Somebody else's events, written behind the store's back. */
function foreign(stream: string, count = 1, size = 8): void {
  const body = { contentType: 'application/octet-stream', metadata: Buffer.of() };
  const data = Buffer.alloc(size);
  const made = Array.from({ length: count }, () => ({
    ...body,
    data,
    id: crypto.randomUUID(),
    type: 'order.placed',
  }));
  server.log.append(stream, made, 'any');
}

describe('1.1 somebody deletes a stream for good', () => {
  test('while its marker is the last record every command works', async () => {
    const store = await open();
    await store.append(team('a'), events(2), -1);
    foreign('orders');
    server.log.tombstone('orders');
    const another = await open();
    expect(names(await another.readAll())).toEqual(['team-a@0', 'team-a@1', 'orders@0']);
    expect(await another.streams('team-')).toEqual([{ stream: team('a'), revision: 1 }]);
    await another.append(team('b'), events(1), -1);
    expect(names(await another.readAll({ limit: 3 }))).toHaveLength(3);
    const copied = openMemoryStore();
    expect(await copyStreams({ from: another, to: copied })).toMatchObject({ events: 3 });
  });

  test('who listens hears on, without a reconnection', async () => {
    const store = await open();
    const heard = await listen(store);
    for (const stream of ['orders', 'bills']) {
      foreign(stream);
      server.log.tombstone(stream);
    }
    await store.append(team('a'), events(1), -1);
    await until(() => expect(names(heard.events)).toEqual(['team-a@0']));
    expect(heard.errors).toEqual([]);
    expect(told).toEqual([]);
  });

  test('pages that hold markers are whole, and reading goes on behind them', async () => {
    const store = await open();
    for (let i = 0; i < 6; i++) {
      foreign(`orders-${i}`);
      server.log.tombstone(`orders-${i}`);
      await store.append(team('a'), events(1), i - 1);
    }
    const all: string[] = [];
    for (let after = -1; ; ) {
      const page = await store.readAll({ after, limit: 2, prefix: 'team-' });
      all.push(...names(page));
      after = page.at(-1)?.position ?? after;
      if (page.length < 2) break;
    }
    expect(all).toHaveLength(6);
  });

  test('a team that was deleted is told as deleted', async () => {
    const store = await open();
    await store.append(team('a'), events(2), -1);
    await store.append(team('b'), events(2), -1);
    await store.streams('team-');
    server.log.tombstone(team('a'));
    server.log.softDelete(team('b'));
    expect(await store.streams('team-')).toEqual([
      { stream: team('a'), revision: 1, damage: 'it was deleted for good' },
      { stream: team('b'), revision: 1, damage: expect.stringMatching(/^it was deleted/) },
    ]);
    for (const name of ['a', 'b']) {
      const failure = await failureOf(store.head(team(name)));
      expect(failure).toMatchObject({ kind: 'deleted' });
      expect(failure.message).toMatch(/deleted/);
    }
    expect((await failureOf(store.append(team('a'), events(1), 1))).kind).toBe('deleted');
  });
});

describe('1.2 a scavenge', () => {
  test('of the record at which a feed stood makes it pass over nothing', async () => {
    const store = await open();
    const heard = await listen(store);
    await store.append(team('a'), events(1), -1);
    await store.append('orders' as StreamName, events(1), -1);
    await until(() => expect(heard.events).toHaveLength(1));
    await server.stop();
    server.log.softDelete('orders');
    // What comes first after the position that was heard is a team's first event.
    foreign('bills');
    const body = { contentType: 'application/json', metadata: Buffer.of(), data: Buffer.from('1') };
    for (const name of ['b', 'c'])
      server.log.append(
        team(name),
        [{ ...body, id: crypto.randomUUID(), type: 'x.y' }],
        'noStream',
      );
    expect(server.log.scavenge()).toBe(1);
    await server.start();
    await store.append(team('d'), events(1), -1);
    await until(() => expect(heard.events).toHaveLength(4));
    expect(names(heard.events)).toEqual(names(await store.readAll({ prefix: 'team-' })));
  });

  test.each([1, 2, 3])(
    'at any place, between any cuts, leaves what was heard equal to a full read (seed %i)',
    async (seed) => {
      const store = await open();
      const heard = await listen(store);
      let state = seed;
      const dice = (n: number) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return state % n;
      };
      const heads = new Map<string, number>();
      for (let step = 0; step < 60; step++) {
        const name = `${dice(5)}`;
        const head = heads.get(name) ?? -1;
        await store.append(team(name), events(1), head);
        heads.set(name, head + 1);
        foreign(`orders-${step}`, 1 + dice(40));
        if (dice(3) === 0) server.log.softDelete(`orders-${dice(step + 1)}`);
        if (dice(9) === 0) server.log.scavenge();
        if (dice(6) === 0) await server.dropConnections();
        if (dice(15) === 0) await server.restart();
      }
      await until(() => expect(heard.events.length).toBeGreaterThanOrEqual(60));
      expect(names(heard.events)).toEqual(names(await store.readAll({ prefix: 'team-' })));
    },
  );
});

describe('1.3 an append at any revision', () => {
  const inbox = 'inbox-a' as StreamName;

  test.each(['restarted', 'forgetful'])(
    'whose answer was lost is written once by a server that is %s',
    async (how) => {
      const store = await open();
      await store.append(inbox, events(1), ANY_REVISION);
      server.faults.answersLost = 1;
      const appending = store.append(inbox, events(1), ANY_REVISION);
      await until(() => expect(server.log.head(inbox)).toBe(1));
      if (how === 'restarted') await server.restart();
      else server.log.forgetIds();
      expect(await appending).toMatchObject({ revision: 1 });
      expect(await store.head(inbox)).toBe(1);
    },
  );

  test('that is made again after a failure is found, although others were there since', async () => {
    const store = await open({ patienceMs: 300 });
    const rival = await open();
    const attempt = events(2);
    server.faults.answersLost = 100;
    const failure = await failureOf(store.append(inbox, attempt, ANY_REVISION));
    expect(failure.kind).toBe('unavailable');
    server.faults.answersLost = 0;
    await server.restart();
    for (let i = 0; i < 5; i++) await rival.append(inbox, events(1), ANY_REVISION);
    await vi.waitFor(
      async () =>
        expect(await store.append(inbox, attempt, ANY_REVISION)).toMatchObject({ revision: 1 }),
      { timeout: 20_000 },
    );
    expect(await store.head(inbox)).toBe(6);
  });

  test('gives way to rivals, and all are there once', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 10 }, () => store.append(inbox, events(1), ANY_REVISION)),
      ),
    );
    const all = await stores[0]!.read(inbox);
    expect(new Set(all.map(({ id }) => id)).size).toBe(30);
    expect(all).toHaveLength(30);
  });
});

describe('1.4 many foreign events', () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'kept-'));
    closing.push(() => rmSync(made, { recursive: true }));
    return made;
  };

  /** So many that looking through them takes longer than a read may be silent. */
  async function crowded(): Promise<void> {
    const store = await open();
    await store.append(team('old'), events(2), -1);
    for (let i = 0; i < 40; i++) foreign('orders', 512);
    await store.append(team('new'), events(2), -1);
    for (let i = 0; i < 40; i++) foreign('orders', 512);
    server.faults.lookedPerMs = 12;
  }

  test('do not make a read fail, whatever may be silent for how long', async () => {
    await crowded();
    const store = await open();
    expect(names(await store.readAll({ prefix: 'team-' }))).toEqual([
      'team-old@0',
      'team-old@1',
      'team-new@0',
      'team-new@1',
    ]);
    expect((await store.streams('team-')).map(({ stream }) => stream)).toEqual([
      team('old'),
      team('new'),
    ]);
  });

  test('are looked through once: by the next read, and by the next process', async () => {
    await crowded();
    const keepIn = folder();
    const first = await open({ keepIn });
    await first.streams('team-');
    const all = await first.readAll({ prefix: 'team-' });
    await first.close();
    // Nobody could look through it again in the life of this test.
    server.faults.lookedPerMs = 0.001;
    const second = await open({ keepIn });
    expect(await second.streams('team-')).toHaveLength(2);
    expect(await second.readAll({ prefix: 'team-', after: all[3]!.position })).toEqual([]);
    await second.append(team('newest'), events(1), -1);
    expect(await second.streams('team-')).toHaveLength(3);
  });

  test('what was kept of another database is not believed', async () => {
    const keepIn = folder();
    const first = await open({ keepIn });
    await first.append(team('a'), events(2), -1);
    await first.readModels!.save('lines', 7, '{}');
    expect(await first.streams('team-')).toHaveLength(1);
    await first.close();
    server.log.restore(0);
    const second = await open({ keepIn });
    await second.append(team('b'), events(3), -1);
    expect((await second.streams('team-')).map(({ stream }) => stream)).toEqual([team('b')]);
    expect(await second.readModels!.load('lines')).toBeUndefined();
  });

  test('a listener hears a new team while the past is silent for long, and none is passed over', async () => {
    await crowded();
    const store = await open();
    const heard: string[] = [];
    store.subscribe({
      prefix: 'team-',
      onEvents: (some) => void heard.push(...names(some)),
    });
    await until(() => expect(heard).toHaveLength(4));
    await store.append(team('last'), events(1), -1);
    await until(() => expect(heard.at(-1)).toBe('team-last@0'));
  });
});

describe('1.5 a stream that was deleted and may be written again', () => {
  test('is no target for a copy of what was there: the copy says so', async () => {
    const source = openMemoryStore();
    await source.append(team('a'), events(3), -1);
    const target = await open();
    await copyStreams({ from: source, to: target });
    server.log.softDelete(team('a'));
    const failure = await failureOf(copyStreams({ from: source, to: await open() }));
    expect(failure.kind).toBe('deleted');
    expect(failure.message).toMatch(/deleted.*another team id/);
  });

  test('an answer that names no position is looked at', async () => {
    const store = await open();
    const attempt = events(3);
    await store.append('inbox-a' as StreamName, attempt, -1);
    server.log.softDelete('inbox-a');
    const failure = await failureOf(store.append('inbox-a' as StreamName, attempt, -1));
    expect(failure.message).toMatch(/nothing was written/);
  });

  test('a team that would begin in the middle is refused', async () => {
    const store = await open();
    await store.append(team('a'), events(3), -1);
    server.log.softDelete(team('a'));
    const failure = await failureOf(store.append(team('a'), events(1), -1));
    expect(failure.message).toMatch(/use another team id/);
  });
});

describe('1.6 what the server does not take', () => {
  test('a position that this log did not give is foreign', async () => {
    const store = await open();
    await store.append(team('a'), events(2), -1);
    const failure = await failureOf(store.readAll({ after: server.log.records[0]!.position + 1 }));
    expect(failure.kind).toBe('foreign');
    expect(failure.message).toMatch(/begin anew/);
  });

  test.each([
    ['an id that is no UUID', { id: 'one' }, /UUIDs/],
    ['a zero UUID', { id: '00000000-0000-0000-0000-000000000000' }, /UUIDs/],
    ['an empty type', { type: '' }, /without a type/],
  ])('%s is refused before it is sent', async (_, wrong, reason) => {
    const store = await open();
    const appending = async () => store.append(team('a'), [{ ...event(), ...wrong }], -1);
    const failure = await failureOf(appending());
    expect(failure.kind).toBe('fatal');
    expect(failure.message).toMatch(reason);
    expect(server.log.records).toEqual([]);
  });
});

describe('1.7 a stream whose beginning was cut off', () => {
  test.each([
    ['$tb', '{"$tb":5}', /the first 5 events are gone \(\$tb = 5\)/],
    ['$maxCount', '{"$maxCount":3}', /the first 7 events are gone \(\$maxCount = 3\)/],
  ])('by %s is not read as if it were whole', async (_, metadata, reason) => {
    const store = await open();
    await store.append(team('a'), events(10), -1);
    server.log.setMetadata(team('a'), metadata);
    expect((await failureOf(store.read(team('a')))).message).toMatch(reason);
    expect(await store.read(team('a'), { from: 8 })).toHaveLength(2);
    expect(await store.head(team('a'))).toBe(9);
  });

  test('is told in the list, and to who listens to it', async () => {
    const store = await open();
    await store.append(team('a'), events(10), -1);
    const heard = await listen(store, { prefix: undefined, stream: team('a'), afterRevision: 9 });
    server.log.setMetadata(team('a'), '{"$tb":5}');
    await until(() => expect(heard.errors).toHaveLength(1));
    expect(heard.errors[0]!.message).toMatch(/the first 5 events are gone \(\$tb = 5\)/);
    expect((await store.streams('team-'))[0]!.damage).toMatch(/\$tb = 5/);
  });

  test.each(['tombstone', 'softDelete'] as const)(
    'or that is deleted (%s) is told to who listens to it',
    async (how) => {
      const store = await open();
      await store.append(team('a'), events(2), -1);
      const heard = await listen(store, { prefix: undefined, stream: team('a') });
      server.log[how](team('a'));
      await until(() => expect(heard.errors).toHaveLength(1));
      expect(heard.errors[0]!.message).toMatch(/deleted/);
    },
  );
});

describe('1.8 a server that goes away', () => {
  test('is told within seconds, once, and that it is back', async () => {
    const store = await open();
    const heard = await listen(store);
    await server.stop();
    await until(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatch(/does not answer .*waiting, 2 s by now/);
    await server.start();
    await until(() => expect(told).toHaveLength(2));
    expect(told[1]).toMatch(/again after \d+ s/);
    await store.append(team('a'), events(1), -1);
    await until(() => expect(heard.events).toHaveLength(1));
  });

  test('and comes back soon is not worth a word', async () => {
    const store = await open();
    await listen(store);
    await server.restart();
    await store.append(team('a'), events(1), -1);
    expect(told).toEqual([]);
  });
});

describe('1.9 a smaller limit of appends', () => {
  test('is told with the size, of an append that exceeds it', async () => {
    const store = await open();
    server.faults.appendBytesMax = 10_000;
    const failure = await failureOf(store.append(team('a'), [event('x'.repeat(20_000))], -1));
    expect(failure.kind).toBe('tooLarge');
    expect(failure.message).toMatch(/20002 bytes .*10000 in one append/);
  });

  test('is told before a team is begun', async () => {
    const store = await open({ appendBytesMax: undefined });
    server.faults.appendBytesMax = 10_000;
    const failure = await failureOf(store.append(team('a'), events(1), -1));
    expect(failure.kind).toBe('tooLarge');
    expect(failure.message).toMatch(/takes 10000 bytes .*may need 524288/);
    expect(server.log.records).toEqual([]);
    server.faults.appendBytesMax = 1024 * 1024;
    expect((await store.append(team('a'), events(1), -1)).revision).toBe(0);
    expect(server.log.records).toHaveLength(1);
  });
});

describe('3 never alive and deaf', () => {
  test('3.2 a backup that is restored under who listens is begun anew, and said', async () => {
    const store = await open();
    const heard = await listen(store);
    for (let i = 0; i < 5; i++) await store.append(team(`${i}`), events(2), -1);
    await until(() => expect(heard.events).toHaveLength(10));
    await server.stop();
    server.log.restore(4);
    await server.start();
    await until(() => expect(heard.anew).toBe(1));
    await store.append(team('after'), events(1), -1);
    await until(() => expect(names(heard.events)).toContain('team-after@0'));
    expect(names(heard.events)).toEqual(names(await store.readAll({ prefix: 'team-' })));
    expect(told.join()).toMatch(/older than what was heard/);
    expect((await store.streams('team-')).map(({ stream }) => stream)).toEqual([
      team('0'),
      team('1'),
      team('after'),
    ]);
  });

  test('3.2 also one that has grown past what was heard by then', async () => {
    const store = await open();
    const heard = await listen(store);
    for (let i = 0; i < 5; i++) await store.append(team(`${i}`), events(2), -1);
    await until(() => expect(heard.events).toHaveLength(10));
    await server.stop();
    server.log.restore(4);
    foreign('orders', 400);
    await server.start();
    await until(() => expect(heard.anew).toBe(1));
    await until(() => expect(heard.events).toHaveLength(4));
  });

  test('3.2 whose stream is not what was heard is told so, and one whose stream stands hears on', async () => {
    const store = await open();
    await store.append(team('a'), events(2), -1);
    const kept = await listen(store, { prefix: undefined, stream: team('a') });
    await store.append(team('b'), events(2), -1);
    const lost = await listen(store, { prefix: undefined, stream: team('b') });
    await until(() => expect(lost.events).toHaveLength(2));
    await server.stop();
    server.log.restore(3);
    await server.start();
    await until(() => expect(lost.errors).toHaveLength(1));
    expect(lost.errors[0]!.message).toMatch(/older one/);
    await store.append(team('a'), events(1), 1);
    await until(() => expect(kept.events).toHaveLength(3));
    expect(kept.errors).toEqual([]);
  });

  test.each(['denied', 'unauthenticated'] as const)(
    '3.3 rights that are refused for a while (%s) are said, and waited for',
    async (how) => {
      const store = await open();
      const heard = await listen(store);
      server.faults.rightsRefused = how;
      await server.restart();
      await until(() => expect([told.length, heard.errors]).toEqual([1, []]));
      expect(told[0]).toMatch(how === 'denied' ? /access is denied/ : /password/);
      server.faults.rightsRefused = undefined;
      foreign('orders');
      await store.append(team('a'), events(1), -1);
      await until(() => expect(heard.events).toHaveLength(1));
      expect(heard.errors).toEqual([]);
      await until(() => expect(told.at(-1)).toMatch(/again after/));
    },
  );

  describe('with TLS', () => {
    const file = (name: string) => new URL(`../eventstoredb/${name}`, import.meta.url).pathname;
    const pair = (name: string) => ({
      key: readFileSync(file(`${name}.key`), 'utf8'),
      cert: readFileSync(file(`${name}.crt`), 'utf8'),
    });

    test('3.4 the authority is read again at each reconnection', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'authority-'));
      closing.push(() => rmSync(folder, { recursive: true }));
      const authority = join(folder, 'ca.crt');
      copyFileSync(file('localhost.crt'), authority);
      const secure = await startTestServer({ tls: pair('localhost') });
      closing.push(() => secure.stop());
      const url = `esdb://localhost:${secure.port}?tls=true&tlsCAFile=${encodeURIComponent(authority)}`;
      const store = await open({}, url);
      await store.append(team('a'), events(1), -1);
      await secure.stop();
      const renewed = await startTestServer({ tls: pair('renewed'), port: secure.port });
      closing.push(() => renewed.stop());
      const waiting = store.append(team('b'), events(1), -1).catch(() => {});
      await until(() => expect(told).toHaveLength(1));
      expect(told[0]).toMatch(/tlsCAFile/);
      await waiting;
      copyFileSync(file('renewed.crt'), authority);
      await until(() => {});
      await vi.waitFor(() => store.append(team('c'), events(1), -1), { timeout: 25_000 });
      writeFileSync(authority, 'nothing');
    });
  });

  test('3.5 every host of esdb+discover is asked', async () => {
    const hosts = `127.0.0.1:1,127.0.0.1:2,127.0.0.1:${server.port}`;
    const url = `esdb+discover://${hosts}?tls=false`;
    const store = await open({ openWithinMs: 20_000 }, url);
    expect((await store.append(team('a'), events(1), -1)).revision).toBe(0);
  });

  test('3.6 a lease that cannot be read is no lease', async () => {
    const store = await open();
    foreign('lease-team-a');
    expect(await store.leases!.look('team-a')).toBeUndefined();
    expect((await store.leases!.take('team-a', 'one', 60_000)).holder).toBe('one');
    const json = { id: crypto.randomUUID(), type: 'x', contentType: 'application/json' };
    for (const text of ['null', '{"holder":7}', '"x"', '[]', '{']) {
      const data = Buffer.from(text);
      const id = crypto.randomUUID();
      server.log.append('lease-team-a', [{ ...json, id, data, metadata: Buffer.of() }], 'any');
      expect(await store.leases!.look('team-a')).toBeUndefined();
    }
    expect((await store.leases!.take('team-a', 'two', 60_000)).holder).toBe('two');
  });

  test('a server that is started later is waited for when that is wished, and said', async () => {
    await server.stop();
    const opening = openStore(server.connectionString, {
      waits: true,
      onTrouble: (line) => void told.push(line),
    });
    await until(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatch(/does not answer.*waiting/);
    await server.start();
    const store = await opening;
    closing.push(() => store.close());
    expect((await store.append(team('a'), events(1), -1)).revision).toBe(0);
  });

  test('a record that nobody can read ends no feed', async () => {
    const store = await open();
    const heard = await listen(store);
    const body = { contentType: 'application/json', metadata: Buffer.from([255, 254]) };
    const data = Buffer.from([0, 159, 146, 150]);
    server.log.append(team('x'), [{ ...body, data, id: crypto.randomUUID(), type: 'y' }], 'any');
    await store.append(team('a'), events(1), -1);
    await until(() => expect(names(heard.events)).toContain('team-a@0'));
    expect(heard.errors).toEqual([]);
  });

  test('a conflict is an answer, and tells nobody of trouble', async () => {
    const store = await open();
    await store.append(team('a'), events(1), -1);
    await expect(store.append(team('a'), events(1), -1)).rejects.toBeInstanceOf(RevisionConflict);
    expect(told).toEqual([]);
  });
});

describe('4 addresses', () => {
  test.each([
    ['kurrentdb://', (port: number) => `kurrentdb://127.0.0.1:${port}?tls=false`],
    ['kurrent://', (port: number) => `kurrent://127.0.0.1:${port}?tls=false`],
    ['upper case', (port: number) => `ESDB://127.0.0.1:${port}?TLS=false`],
    [
      'kurrentdb+discover://',
      (port: number) => `kurrentdb+discover://127.0.0.1:${port},127.0.0.1:1?tls=false`,
    ],
  ])('%s is a way to write it', async (_, urlOf) => {
    const store = await openStore(urlOf(server.port));
    closing.push(() => store.close());
    expect(store.url).toMatch(/^esdb(\+discover)?:\/\//);
  });

  test('an address of IPv6 stands in brackets, and is answered with the form where it does not', async () => {
    const nobody = await failureOf(
      openEventStoreDb('esdb://[::1]:9?tls=false', { openWithinMs: 300, timeoutMs: 200 }),
    );
    expect(nobody.kind).toBe('unavailable');
    const bare = await failureOf(openStore('esdb://::1:2113?tls=false'));
    expect(bare.message).toMatch(/\[::1\]:2113/);
  });

  test.each([
    'kurrentdb://admin:ge/heim@localhost:1?x=1',
    'kurrent://admin:ge@heim@localhost:1?x=1',
    'esdb://admin:ge:heim/@localhost:1?x=1',
    'esdb+discover://admin:ge/heim@localhost:1?x=1',
    'ESDB://admin:ge?heim@localhost:1?x=1',
    'esdb://admin:ge#heim@localhost:port',
    'nosuch://admin:ge/heim@localhost:1',
    'esdb://admin:ge%heim@localhost:1',
    'esdb://admin:ge/heim@',
  ])('a password is in no message: %s', async (url) => {
    const failure = await failureOf(openStore(url));
    expect(inspect(failure, { depth: 9 })).not.toMatch(/heim|ge[/@:?#%]/);
  });

  test('any sign may stand in a password', async () => {
    const { connectionTarget } = await import(
      '../../src/events/stores/eventstoredb/connection-string.ts'
    );
    for (const password of ['ge/heim', 'ge@heim', 'ge:heim', 'ge?heim', 'a@b/c:d']) {
      const target = connectionTarget(`esdb://admin:${password}@localhost:7?tls=true`);
      expect(target.credentials).toEqual({ username: 'admin', password });
      expect(target.shown).toBe('esdb://localhost:7?tls=true');
    }
  });

  test('tlsVerifyCert beside tls=false is answered with what is wrong there', async () => {
    const failure = await failureOf(openStore('esdb://localhost:1?tls=false&tlsVerifyCert=false'));
    expect(failure.message).toMatch(/tls=false and tlsVerifyCert do not go together/);
  });

  test('an authority that does not fit names tlsCAFile', async () => {
    const file = (name: string) => new URL(`../eventstoredb/${name}`, import.meta.url).pathname;
    const tls = {
      key: readFileSync(file('localhost.key'), 'utf8'),
      cert: readFileSync(file('localhost.crt'), 'utf8'),
    };
    const secure = await startTestServer({ tls });
    closing.push(() => secure.stop());
    const url = `esdb://localhost:${secure.port}?tls=true&tlsCAFile=${encodeURIComponent(file('renewed.crt'))}`;
    const failure = await failureOf(openEventStoreDb(url, { openWithinMs: 1_500 }));
    expect(failure.message).toMatch(/tlsCAFile=PATH/);
  });
});
