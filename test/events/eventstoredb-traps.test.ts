/**
 * Every trap of `@eventstore/db-client` and its server, by the number it has in this project's list, with
 * the store's answer to it. The real client talks to the test server over gRPC on loopback.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { type EventStore, RevisionConflict, StoreFailure } from '../../src/events/store.ts';
import {
  type EventStoreDbOptions,
  openEventStoreDb,
} from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

// The limit is given, so that no append beside those of a test asks for it.
const LIMIT = { appendBytesMax: 1024 * 1024 };
const QUICK: EventStoreDbOptions = { timeoutMs: 150, patienceMs: 600, ...LIMIT };

let server: TestServer;
const stores: EventStore[] = [];

async function open(options: EventStoreDbOptions = QUICK): Promise<EventStore> {
  const store = await openEventStoreDb(server.connectionString, options);
  stores.push(store);
  return store;
}

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await server.stop();
});

const stream = (name: string) => `team-${name}` as StreamName;

function event(data: unknown = {}): NewEvent {
  const meta = '{"at":1,"turn":0}';
  return {
    id: crypto.randomUUID(),
    type: 'it.happened',
    version: 1,
    data: JSON.stringify(data),
    meta,
  };
}

const events = (count: number) => Array.from({ length: count }, (_, n) => event({ n }));

/** Collects what a subscription hands over. */
function listen(store: EventStore, name: string): RawEvent[] {
  const heard: RawEvent[] = [];
  store.subscribe({ stream: stream(name), onEvents: (some) => void heard.push(...some) });
  return heard;
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 25_000, interval: 5 });

async function failureOf(promise: Promise<unknown>): Promise<StoreFailure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreFailure);
  return error as StoreFailure;
}

describe('the traps of EventStoreDB and its client', () => {
  test('trap 1: a thousand live subscriptions need one call of the hundred, and appends go on', async () => {
    const store = await open(LIMIT);
    const heard = Array.from({ length: 1_000 }, (_, n) => listen(store, `${n}`));
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    await Promise.all(heard.map((_, n) => store.append(stream(`${n}`), [event({ n })], -1)));
    await until(() => expect(heard.filter((some) => some.length === 1)).toHaveLength(1_000));
    expect(heard[7]![0]!.data).toBe('{"n":7}');
    expect(server.openCalls('subscription')).toBe(1);
  });

  test('trap 1: two stores of one process have a connection each, with a hundred calls each', async () => {
    await open();
    await open();
    expect(server.connections).toBe(2);
  });

  test('trap 2: reads that want only the beginning leave no call open, however many', async () => {
    const store = await open(LIMIT);
    await store.append(stream('long'), events(2_000), -1);
    const reads = Array.from({ length: 300 }, () => store.read(stream('long'), { limit: 1 }));
    for (const page of await Promise.all(reads)) expect(page).toHaveLength(1);
    await until(() => expect(server.openCalls('read')).toBe(0));
    expect((await store.append(stream('long'), [event()], 1_999)).revision).toBe(2_000);
  });

  test('trap 3: an append whose answer never comes is sent again and written once', async () => {
    const store = await open();
    server.faults.answersLost = 1;
    const appended = await store.append(stream('a'), events(3), -1);
    expect(appended.revision).toBe(2);
    const past = await store.read(stream('a'));
    expect(past.map((each) => each.revision)).toEqual([0, 1, 2]);
    expect(appended.position).toBe(past[2]!.position);
  });

  test('trap 3: a rival that was quicker while the answer was awaited is seen, not taken for us', async () => {
    const store = await open();
    const rival = await open();
    await store.append(stream('a'), [event()], -1);
    server.faults.batchDelaysMs = [100];
    const late = store.append(stream('a'), [event('late')], 0);
    const won = await rival.append(stream('a'), [event('rival')], 0);
    expect(won.revision).toBe(1);
    await expect(late).rejects.toBeInstanceOf(RevisionConflict);
  });

  test('trap 4: what is not JSON is refused before it is sent, and the next append works', async () => {
    const store = await open();
    const broken = { ...event(), meta: '{"at":' };
    await expect(store.append(stream('a'), [broken], -1)).rejects.toBeInstanceOf(RangeError);
    const halved = { ...event(), data: '"\ud800"' };
    await expect(store.append(stream('a'), [halved], -1)).rejects.toBeInstanceOf(RangeError);
    expect(server.log.records).toHaveLength(0);
    expect((await store.append(stream('a'), [event()], -1)).revision).toBe(0);
  });

  test('trap 5: a frozen server cannot hold an append: it fails in time and the client is replaced', async () => {
    const store = await open();
    const attempt = [event()];
    const connections = server.connections;
    server.faults.freeze();
    const began = performance.now();
    const failure = await failureOf(store.append(stream('a'), attempt, -1));
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(failure.kind).toBe('unavailable');
    expect(server.connections).toBeGreaterThan(connections);
    // The features of the server are never asked for: that call has no time limit.
    expect(server.featureCalls).toBe(0);
    server.faults.thaw();
    expect((await store.append(stream('a'), attempt, -1)).revision).toBe(0);
    expect(await store.read(stream('a'))).toHaveLength(1);
  });

  test('trap 6: a server that is down is unavailable, and everything goes on when it is back', async () => {
    const store = await open();
    const heard = listen(store, 'a');
    await store.append(stream('a'), [event()], -1);
    await server.stop();
    const failure = await failureOf(store.append(stream('a'), [event()], 0));
    expect(failure.kind).toBe('unavailable');
    expect(failure.message).toMatch(/check that the server runs/);
    await server.start();
    await store.append(stream('a'), [event()], 0);
    await until(() => expect(heard.map((each) => each.revision)).toEqual([0, 1]));
  });

  test('trap 7: appends fired together on a fresh stream keep their order', async () => {
    const store = await open();
    // Each is held up less than the one before: sent at once, they would overtake each other.
    server.faults.batchDelaysMs = [20, 15, 10, 5, 0];
    const together = Array.from({ length: 5 }, (_, n) =>
      store.append(stream('fresh'), [event({ n })], n - 1),
    );
    const revisions = (await Promise.all(together)).map(({ revision }) => revision);
    expect(revisions).toEqual([0, 1, 2, 3, 4]);
  });

  test('trap 7: appends to different streams do not wait for each other', async () => {
    const store = await open();
    server.faults.batchDelaysMs = [100];
    const order: string[] = [];
    const slow = store.append(stream('slow'), [event()], -1).then(() => order.push('slow'));
    const quick = store.append(stream('quick'), [event()], -1).then(() => order.push('quick'));
    await Promise.all([slow, quick]);
    expect(order).toEqual(['quick', 'slow']);
  });

  test('trap 8: what the handler has not seen comes again after a broken connection, and only that', async () => {
    const store = await open(LIMIT);
    const handled: number[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    store.subscribe({
      prefix: 'team-',
      onEvents: async (some) => {
        await held;
        handled.push(...some.map((each) => each.revision));
      },
    });
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    // Far more than lies between two checkpoints, and past what may wait for a busy handler.
    for (let n = 0; n < 6; n++) await store.append(stream('a'), events(1_000), n * 1_000 - 1);
    await server.dropConnections();
    await store.append(stream('a'), [event()], 5_999);
    release();
    await until(() => expect(handled).toHaveLength(6_001));
    expect(handled).toEqual(Array.from({ length: 6_001 }, (_, n) => n));
  });

  test('trap 9: a conflict tells the head that is really there', async () => {
    const store = await open();
    await store.append(stream('a'), events(6), -1);
    const conflict = await store.append(stream('a'), [event()], 2).catch((error) => error);
    expect(conflict).toBeInstanceOf(RevisionConflict);
    expect(conflict).toMatchObject({ stream: 'team-a', expected: 2, actual: 5 });
    const none = await store.append(stream('b'), [event()], 2).catch((error) => error);
    expect(none).toMatchObject({ actual: -1 });
    const switched = `${server.connectionString}&throwOnAppendFailure=false`;
    expect((await failureOf(openEventStoreDb(switched))).message).toMatch(/leave it out/);
  });

  test('trap 10: settings that would be dropped in silence are refused, and say what to do', async () => {
    const url = 'esdb://admin:s3cret@127.0.0.1:2113';
    const dropped = await failureOf(openEventStoreDb(`${url}?tls=false`));
    expect(dropped.message).toMatch(/drops user and password/);
    const ineffective = await failureOf(openEventStoreDb(`${url}?tls=true&tlsVerifyCert=false`));
    expect(ineffective.message).toMatch(/tlsCAFile/);
    for (const { message } of [dropped, ineffective]) expect(message).not.toMatch(/s3cret|admin/);
  });

  test('trap 11: a subscription that the server ends is made anew, without loss', async () => {
    const store = await open();
    const heard = listen(store, 'a');
    await store.append(stream('a'), [event()], -1);
    await until(() => expect(heard).toHaveLength(1));
    server.endSubscriptions();
    await store.append(stream('a'), [event()], 0);
    await until(() => expect(heard.map((each) => each.revision)).toEqual([0, 1]));
  });

  test('trap 11: after close nothing holds the process', async () => {
    const program = new URL('../eventstoredb/open-and-close.ts', import.meta.url).pathname;
    const args = ['--import', 'tsx', program, server.connectionString];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(stdout.trim()).toBe('closed');
  }, 20_000);

  test('trap 12: another client that has taken over the messages is noticed before it corrupts', async () => {
    const messages = (globalThis as any).proto.event_store.client.streams;
    const ours = messages.ReadReq;
    messages.ReadReq = class ReadReq {};
    try {
      const failure = await failureOf(openEventStoreDb(server.connectionString));
      expect(failure.kind).toBe('fatal');
      expect(failure.message).toMatch(/process of its own/);
    } finally {
      messages.ReadReq = ours;
    }
    expect((await open()).url).toContain('esdb://');
  });
});
