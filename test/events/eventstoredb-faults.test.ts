/**
 * What can go wrong between the store and EventStoreDB, and what a person is told.
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NewEvent, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { type EventStore, StoreFailure } from '../../src/events/store.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

// The limit is given, so that no append beside those of a test asks for it.
const QUICK = {
  timeoutMs: 150,
  patienceMs: 1_500,
  openWithinMs: 300,
  appendBytesMax: 1024 * 1024,
};
const TEAM = 'team-a' as StreamName;

let server: TestServer;
const closing: (() => Promise<void>)[] = [];

async function open(url = server.connectionString): Promise<EventStore> {
  const store = await openEventStoreDb(url, QUICK);
  closing.push(() => store.close());
  return store;
}

beforeEach(async () => {
  server = await startTestServer();
  closing.push(() => server.stop());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function event(data: string = '{}', meta = '{"at":1,"turn":0}'): NewEvent {
  return { id: crypto.randomUUID(), type: 'it.happened', version: 1, data, meta };
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 25_000, interval: 5 });

async function failureOf(promise: Promise<unknown>): Promise<StoreFailure> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreFailure);
  return error as StoreFailure;
}

function listen(store: EventStore): RawEvent[] {
  const heard: RawEvent[] = [];
  store.subscribe({ stream: TEAM, onEvents: (some) => void heard.push(...some) });
  return heard;
}

/** Mulberry32: one seed, one course of events as far as the machine's timing allows. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes the same attempt again for as long as the store is not to be had. */
async function insistently(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const failure = await attempt().then(
      () => undefined,
      (error: StoreFailure) => error,
    );
    if (!failure) return;
    if (failure.kind !== 'unavailable') throw failure;
  }
}

/** One fault for a while, then none. */
async function mischief(random: () => number): Promise<void> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const faults: (() => unknown)[] = [
    () => server.dropConnections(),
    () => server.stop(),
    () => server.faults.freeze(),
    () => server.stallSubscriptions(),
    () => server.endSubscriptions(),
    () => {
      server.faults.answersLost = 2;
    },
    () => {
      server.faults.crashOnAppend = random() < 0.5 ? 'before' : 'after';
    },
  ];
  await faults[Math.floor(random() * faults.length)]!();
  await pause(random() * 100);
  server.faults.thaw();
  await server.start();
  await pause(random() * 60);
}

describe('faults of the server', () => {
  test.each(['before', 'after'] as const)(
    'a server that dies %s it has written an append, and comes back, has it once',
    async (moment) => {
      const store = await open();
      await store.append(TEAM, [event()], -1);
      server.faults.crashOnAppend = moment;
      const appending = store.append(TEAM, [event(), event()], 0);
      await until(() => expect(server.running).toBe(false));
      await server.start();
      expect((await appending).revision).toBe(2);
      expect(await store.head(TEAM)).toBe(2);
    },
  );

  test('connections that are cut under many appends lose and double nothing', async () => {
    const store = await open();
    const heard: RawEvent[] = [];
    store.subscribe({ prefix: 'team-', onEvents: (some) => void heard.push(...some) });
    const streams = Array.from({ length: 20 }, (_, n) => `team-${n}` as StreamName);
    const appending = streams.map(async (stream) => {
      for (let n = 0; n < 20; n++) {
        await store.append(stream, [event(`{"n":${n}}`)], n - 1);
        if (stream === 'team-0' && n % 5 === 0) await server.dropConnections();
      }
    });
    await Promise.all(appending);
    for (const stream of streams) {
      const past = await store.read(stream);
      expect(past.map(({ data }) => data)).toEqual(past.map((_, n) => `{"n":${n}}`));
      expect(past).toHaveLength(20);
    }
    await until(() => expect(heard).toHaveLength(400));
    expect(new Set(heard.map(({ id }) => id)).size).toBe(400);
    const positions = heard.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  test.each([1, 2, 3])(
    'whatever goes wrong, attempts that are made until they succeed are there once and heard once (seed %i)',
    async (seed) => {
      const random = drawn(seed);
      const store = await open();
      const heard: RawEvent[] = [];
      store.subscribe({ prefix: 'team-', onEvents: (some) => void heard.push(...some) });
      const sent: NewEvent[] = [];
      let working = 8;
      const writers = Array.from({ length: working }, async (_, team) => {
        for (let n = 0; n < 25; n++) {
          const attempt = [event(`{"n":${n}}`)];
          sent.push(...attempt);
          await insistently(() => store.append(`team-${team}` as StreamName, attempt, n - 1));
          await new Promise((resolve) => setTimeout(resolve, random() * 20));
        }
        working--;
      });
      while (working > 0) await mischief(random);
      server.faults.thaw();
      await server.start();
      await Promise.all(writers);
      await until(() => expect(heard).toHaveLength(sent.length));
      expect(heard.map(({ id }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
      for (let team = 0; team < 8; team++) {
        const past = await store.read(`team-${team}` as StreamName);
        expect(past.map(({ data }) => data)).toEqual(past.map((_, n) => `{"n":${n}}`));
      }
    },
    30_000,
  );

  test('a subscription that falls silent is noticed and made anew', async () => {
    const store = await open();
    const heard = listen(store);
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    server.stallSubscriptions();
    await store.append(TEAM, [event()], -1);
    await until(() => expect(heard).toHaveLength(1));
  });

  test('a silent subscription is noticed by what another process appends, too', async () => {
    const [store, other] = [await open(), await open()];
    const heard = listen(store);
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    server.stallSubscriptions();
    await other.append(TEAM, [event()], -1);
    await until(() => expect(heard).toHaveLength(1));
  });

  test('a node that is not the leader sends the store to the leader', async () => {
    const leader = await startTestServer();
    closing.push(() => leader.stop());
    const store = await open();
    server.faults.leaderElsewhere = { host: '127.0.0.1', port: leader.port };
    await store.append(TEAM, [event()], -1);
    expect(leader.log.records).toHaveLength(1);
    expect(server.log.records).toHaveLength(0);
  });

  test('a node that stops leading while the store is open is left for the new leader', async () => {
    const leader = await startTestServer();
    closing.push(() => leader.stop());
    const store = await open();
    await store.append(TEAM, [event()], -1);
    leader.log.append(TEAM, server.log.records, 'noStream');
    server.faults.leaderElsewhere = { host: '127.0.0.1', port: leader.port };
    await store.append(TEAM, [event()], 0);
    expect(leader.log.head(TEAM)).toBe(1);
  });

  test('a cluster is found through any of its nodes', async () => {
    const nodes = `127.0.0.1:1,127.0.0.1:${server.port}`;
    const store = await openEventStoreDb(`esdb://${nodes}?tls=false`, {
      ...QUICK,
      openWithinMs: 4_000,
    });
    closing.push(() => store.close());
    expect((await store.append(TEAM, [event()], -1)).revision).toBe(0);
  });

  test('a slow server is waited for', async () => {
    const store = await open();
    server.faults.latencyMs = 60;
    expect((await store.append(TEAM, [event()], -1)).revision).toBe(0);
    expect(await store.read(TEAM)).toHaveLength(1);
  });

  test('a full disk is called so, and what to do', async () => {
    const store = await open();
    server.faults.diskFull = true;
    const failure = await failureOf(store.append(TEAM, [event()], -1));
    expect(failure.kind).toBe('full');
    expect(failure.message).toMatch(/free space/);
  });

  test('a turn of more than a mebibyte is refused before it is sent', async () => {
    const store = await open();
    const large = event(JSON.stringify('x'.repeat(600_000)));
    const failure = await failureOf(
      store.append(TEAM, [large, { ...large, id: crypto.randomUUID() }], -1),
    );
    expect(failure.kind).toBe('tooLarge');
    expect(failure.message).toMatch(/1200\d{3} bytes .* 1048576/);
    const appended = await store.append(TEAM, [large], -1);
    expect(appended.revision).toBe(0);
  });

  test('a server with a smaller limit is understood', async () => {
    const store = await open();
    server.faults.appendBytesMax = 100;
    const failure = await failureOf(
      store.append(TEAM, [event(JSON.stringify('x'.repeat(200)))], -1),
    );
    expect(failure.kind).toBe('tooLarge');
  });

  test('a server too old for batches is named as foreign', async () => {
    const store = await open();
    server.faults.batchAppendUnknown = true;
    expect((await failureOf(store.append(TEAM, [event()], -1))).kind).toBe('foreign');
  });

  test('a stream that was deleted for good cannot be appended to', async () => {
    const store = await open();
    server.log.tombstone(TEAM);
    const failure = await failureOf(store.append(TEAM, [event()], -1));
    expect(failure.message).toMatch(/another team id/);
  });

  test('nobody at the address: opening fails soon and says what to check', async () => {
    const failure = await failureOf(open('esdb://127.0.0.1:1?tls=false'));
    expect(failure.kind).toBe('unavailable');
    expect(failure.message).toMatch(/host and port/);
  });

  test('a user without access to $all is told which right is missing when the store is opened', async () => {
    await open();
    server.faults.allDenied = true;
    const failure = await failureOf(open());
    expect(failure.kind).toBe('fatal');
    expect(failure.message).toMatch(/\$admins/);
  });
});

describe('TLS and credentials', () => {
  const file = (name: string) =>
    new URL(`../eventstoredb/localhost.${name}`, import.meta.url).pathname;
  const tls = { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('crt'), 'utf8') };
  const credentials = { username: 'horde', password: 'p@ss:w%rd' };

  async function secureServer(): Promise<{ host: string; authority: string }> {
    const secure = await startTestServer({ tls, credentials });
    closing.push(() => secure.stop());
    const authority = `tls=true&tlsCAFile=${encodeURIComponent(file('crt'))}`;
    return { host: `localhost:${secure.port}`, authority };
  }

  test('both come with the connection string, and are never shown again', async () => {
    const { host, authority } = await secureServer();
    const user = `horde:${encodeURIComponent(credentials.password)}`;
    const store = await open(`esdb://${user}@${host}?${authority}`);
    expect((await store.append(TEAM, [event()], -1)).revision).toBe(0);
    expect(store.url).toBe(`esdb://${host}?${authority}`);
  });

  test('a wrong password is called wrong, without being shown', async () => {
    const { host, authority } = await secureServer();
    const failure = await failureOf(open(`esdb://horde:guessed@${host}?${authority}`));
    expect(failure.kind).toBe('fatal');
    expect(failure.message).toMatch(/password/);
    expect(inspect(failure, { depth: 9 })).not.toMatch(/guessed/);
  });

  test('an unknown option is refused without printing the string', async () => {
    const warned = vi.spyOn(console, 'warn');
    const failure = await failureOf(open('esdb://horde:guessed@localhost:1?tls=true&colour=red'));
    expect(failure.message).toMatch(/"colour" is unknown/);
    expect(inspect(failure)).not.toMatch(/guessed/);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test.each([
    ['http://localhost:2113', /of the form esdb:/],
    ['esdb://', /of the form esdb:/],
    ['esdb://localhost:port', /host and port/],
    ['esdb://localhost?tls=maybe', /true or false/],
    ['esdb://localhost?tlsCAFile=/no/such/file', /cannot be read/],
    ['esdb://horde@localhost', /user:password@/],
    ['esdb://localhost?nodePreference=follower', /only the leader/],
  ])('%s is refused with a reason', async (url, reason) => {
    const failure = await failureOf(openEventStoreDb(url));
    expect(failure.kind).toBe('fatal');
    expect(failure.message).toMatch(reason);
  });
});

describe('what lies in EventStoreDB', () => {
  test('server tools see JSON, the correlation of the team and the cause within it', async () => {
    const store = await open();
    await store.append(
      TEAM,
      [event('{"n":1}', '{"at":1,"causationId":4,"correlationId":"root"}')],
      -1,
    );
    await store.append(TEAM, [event('{"n":2}', '{"at":2}')], 0);
    const [first, second] = server.log.records;
    expect(first!.contentType).toBe('application/json');
    expect(JSON.parse(first!.metadata.toString())).toMatchObject({
      $correlationId: 'root',
      $causationId: 'team-a@4',
      version: 1,
      meta: { at: 1 },
    });
    expect(JSON.parse(second!.metadata.toString())).toMatchObject({ $correlationId: 'a' });
  });

  test('texts come back byte for byte, whatever stands in them', async () => {
    const store = await open();
    const data = '{ "b":1.0, "a":"\\u0041ü💡","2":0,"1":-0 }';
    const meta = '{"at":1, "correlationId":",\\"meta\\":{","state":{"x":"\\"version\\":9"}}';
    await store.append(TEAM, [{ ...event(data, meta), version: 3 }], -1);
    expect((await store.read(TEAM))[0]).toMatchObject({ data, meta, version: 3 });
  });

  test('what somebody else wrote is read, too', async () => {
    const store = await open();
    const foreign = { id: crypto.randomUUID(), type: 'note', metadata: Buffer.alloc(0) };
    const json = {
      ...foreign,
      contentType: 'application/json',
      data: Buffer.from('{"by":"hand"}'),
    };
    const binary = {
      ...foreign,
      contentType: 'application/octet-stream',
      data: Buffer.from([1, 2]),
    };
    server.log.append(TEAM, [json, binary], 'any');
    const [first, second] = await store.read(TEAM);
    expect(first).toMatchObject({ type: 'note', version: 1, data: '{"by":"hand"}', meta: '{}' });
    expect(second).toMatchObject({ data: 'null', revision: 1 });
  });

  test("the server's own streams are not among all streams", async () => {
    const store = await open();
    const system = { id: crypto.randomUUID(), type: '$x', contentType: 'application/json' };
    const empty = Buffer.from('{}');
    server.log.append('$settings', [{ ...system, data: empty, metadata: empty }], 'any');
    await store.append(TEAM, [event()], -1);
    expect((await store.readAll()).map(({ stream }) => stream)).toEqual([TEAM]);
    expect(await store.streams('')).toEqual([{ stream: TEAM, revision: 0 }]);
  });
});
