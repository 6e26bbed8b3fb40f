/**
 * Foreign things in the database: other programs write what they like, where they like. What is not ours is passed
 * over and told in one line; a team into whose stream somebody writes stops and says so; everything else goes on.
 * With `EVENTSTOREDB_URL` the property is held against that server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGovernor } from '../../src/actors/governor/token-governor.ts';
import { type Host, startHost } from '../../src/actors/lead/host.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { hordeWorkers } from '../../src/hands/horde-workers.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { createRehearsalModel } from '../../src/hands/model/rehearsal/rehearsal-model.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { formTeam } from '../../src/planning/formation.ts';
import { createVisualizer } from '../../src/visualizer/server/server.ts';
import { hordeIn } from '../cli/horde.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';

const realUrl = process.env['EVENTSTOREDB_URL'];
let server: TestServer;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startTestServer();
  closing.push(() => server.stop());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const until = (condition: () => unknown, ms = 60_000) =>
  vi.waitFor(condition, { timeout: ms, interval: 20 });

async function open(url = server.connectionString): Promise<EventStore> {
  const store = await openEventStoreDb(url);
  closing.push(() => store.close());
  return store;
}

function runtimeOf(store: EventStore, latencyMs = 0): Runtime {
  const client = createRehearsalModel({ seed: 7, latencyMs });
  const { workers } = hordeWorkers({ client, prices: createPriceTable() });
  const governor = createGovernor({ now: Date.now });
  const runtime = createRuntime({ store, machines: hordeMachines, workers, governor });
  closing.push(() => runtime.close());
  return runtime;
}

const planOf = (id: string) =>
  formTeam({
    id,
    request: `Write a note about table ${id}`,
    pattern: 'single-agent',
    model: 'claude-sonnet-5',
  });

interface Hosting {
  host: Host;
  ended: Set<string>;
  failed: Map<string, string>;
  passedOver: string[];
}

function hosting(runtime: Runtime): Hosting {
  const ended = new Set<string>();
  const failed = new Map<string, string>();
  const passedOver: string[] = [];
  const host = startHost({
    runtime,
    teamsMax: 20,
    onEnded: (team) => ended.add(team),
    onFailed: (team, { message }) => failed.set(team, message),
    onPassedOver: (problem) => passedOver.push(problem),
  });
  closing.push(() => host.close());
  return { host, ended, failed, passedOver };
}

interface Foreign {
  type?: string;
  data?: Buffer | string;
  metadata?: Buffer | string;
  json?: boolean;
}

function write(
  stream: string,
  { type = 'order.placed', data = '{}', metadata = '', json = true }: Foreign = {},
) {
  const made = {
    id: crypto.randomUUID(),
    type,
    contentType: json ? 'application/json' : 'application/octet-stream',
    data: Buffer.from(data),
    metadata: Buffer.from(metadata),
  };
  server.log.append(stream, [made], 'any');
}

/** One of each kind that was seen to do harm. */
function foreignTeams(): void {
  write('team-x', { data: Buffer.of(0, 159, 146, 150), json: false });
  write('team-null', { type: 'team.formed', data: 'null' });
  write('team-empty', { type: 'team.formed', data: '{}' });
  write('team-other', {
    type: 'team.formed',
    data: '{"machine":1,"labels":null}',
    metadata: '{"at":"x"}',
  });
  write('team-forged', {
    type: 'team.formed',
    data: '{"machine":1}',
    metadata: '{"version":1,"meta":{"at":1,"turn":0,"last":true}}',
  });
  write('team-ü b', { type: 'team.dissolved' });
  write('team-', {});
  write('inbox-x', { json: false });
}

describe("streams of others with a team's name", () => {
  test('end no host: it says so once, and takes and ends what is ours', async () => {
    foreignTeams();
    const runtime = runtimeOf(await open());
    const { ended, failed, passedOver } = hosting(runtime);
    await runtime.submit(planOf('a'));
    await until(() => expect([...ended]).toEqual(['a']));
    foreignTeams();
    await runtime.submit(planOf('b'));
    await until(() => expect(ended.has('b')).toBe(true));
    expect(failed.size).toBe(0);
    expect(passedOver).toHaveLength(1);
    expect(passedOver[0]).toMatch(/team-null@0/);
  });

  test('are passed over by every command, in one line that names the first', async () => {
    const horde = hordeIn({ HORDE_STORE: server.connectionString });
    foreignTeams();
    const made = await horde.run([
      'run',
      '--rehearse',
      '--json',
      '--pattern',
      'single-agent',
      '--team',
      'a',
      'Write a note',
    ]);
    expect([made.status, made.err]).toEqual([0, expect.any(String)]);
    const teams = await horde.run(['teams', '--json']);
    expect([teams.status, teams.json().map(({ team }: { team: string }) => team)]).toEqual([
      0,
      ['a'],
    ]);
    expect(teams.err).toMatch(/passed over, first team-/);
    for (const command of [
      ['resume'],
      ['upgrade-check'],
      ['log', 'a'],
      ['report', 'a'],
      ['copy', '--from', server.connectionString, '--to', 'sqlite:copied.db'],
    ]) {
      const { status, err } = await horde.run(command);
      expect([command[0], status, err]).toEqual([command[0], 0, expect.any(String)]);
      if (command[0] !== 'log' && command[0] !== 'report')
        expect(err).toMatch(/passed over, first team-/);
    }
    const copied = await horde.run(['teams', '--json', '--store', 'sqlite:copied.db']);
    expect(copied.json()).toHaveLength(1);
    for (const name of ['x', 'null', 'empty']) {
      const named = await horde.run(['state', name]);
      expect(named.status).toBe(2);
      expect(named.err).toMatch(/is no team of ours: team-/);
    }
  });

  test('leave the page its list', async () => {
    foreignTeams();
    const runtime = runtimeOf(await open());
    await runtime.start(planOf('a'));
    const page = await createVisualizer({ runtime });
    closing.push(() => page.close());
    const answer = await fetch(`http://127.0.0.1:${page.port}/api/teams`);
    expect(answer.status).toBe(200);
    const lines = (await answer.json()) as { team: string }[];
    expect(lines.map(({ team }) => team)).toContain('a');
    for (const name of ['x', 'null', 'empty']) {
      const events = await fetch(`http://127.0.0.1:${page.port}/api/teams/${name}/events`);
      expect([events.status, await events.text()]).toEqual([
        200,
        expect.stringContaining('"revision":0'),
      ]);
    }
  });
});

describe("a foreign event in a team's own stream", () => {
  test('that is led stops that team, and says who and where; another is not touched', async () => {
    const runtime = runtimeOf(await open(), 400);
    const [a, b] = [await runtime.start(planOf('a')), await runtime.start(planOf('b'))];
    const failed = a.result().then(
      () => 'ended',
      (error: Error) => error.message,
    );
    write('team-a', { type: 'order.placed' });
    expect(await failed).toMatch(/^team-a@\d+: "order.placed" \(id .*another program/);
    expect((await b.result()).status).toBe('done');
    await runtime.close();
  });

  test('is told by a host once, and the others end', async () => {
    const runtime = runtimeOf(await open(), 200);
    const { ended, failed } = hosting(runtime);
    for (const id of ['a', 'b']) await runtime.submit(planOf(id));
    await until(() => expect(server.log.head('team-a')).toBeGreaterThan(2));
    write('team-a', { type: 'order.placed', data: 'null' });
    await until(() => expect([...ended]).toEqual(['b']));
    await until(() => expect(failed.get('a')).toMatch(/team-a@\d+: "order.placed"/));
  });

  test('cannot be taken over, either, and the reason names it', async () => {
    const runtime = runtimeOf(await open());
    await runtime.submit(planOf('a'));
    write('team-a', { type: 'order.placed' });
    await expect(runtime.resume('a')).rejects.toThrow(/team-a@\d+: "order.placed"/);
  });

  test('behind its end changes nothing: it has ended, and its log is shown', async () => {
    const horde = hordeIn({ HORDE_STORE: server.connectionString });
    const args = [
      '--rehearse',
      '--json',
      '--pattern',
      'single-agent',
      '--team',
      'a',
      'Write a note',
    ];
    expect((await horde.run(['run', ...args])).status).toBe(0);
    write('team-a', { type: 'order.placed', data: Buffer.of(1, 2), json: false });
    write('team-a', { type: 'team.formed', data: '{}' });
    const log = await horde.run(['log', 'a', '--json']);
    expect(log.status).toBe(0);
    expect(log.lines().at(-1).type).toBe('team.dissolved');
    expect(log.err).toMatch(/2 events could not be read and were passed over, first team-a@\d+/);
    for (const command of [
      ['report', 'a'],
      ['replay', 'a'],
      ['resume', 'a'],
      ['resume'],
      ['upgrade-check'],
      ['state', 'a'],
    ])
      expect([command, (await horde.run(command)).status]).toEqual([command, 0]);
    const runtime = runtimeOf(await open());
    const { ended, failed } = hosting(runtime);
    await runtime.submit(planOf('b'));
    await until(() => expect([...ended]).toEqual(['b']));
    expect(failed.size).toBe(0);
  });
});

test('a word that stands twice in an inbox, under one id, is heard once', async () => {
  const store = await open();
  const runtime = runtimeOf(store, 300);
  const team = await runtime.start(planOf('a'));
  const id = crypto.randomUUID();
  const data = '{"by":"person","text":"once"}';
  const event = {
    id,
    type: 'message.told',
    contentType: 'application/json',
    data: Buffer.from(data),
  };
  const metadata = Buffer.from('{"$correlationId":"a","version":1,"meta":{"at":1,"turn":0}}');
  for (let i = 0; i < 2; i++) {
    server.log.append('inbox-a', [{ ...event, metadata }], 'any');
    server.log.forgetIds();
  }
  await team.result();
  const heard: string[] = [];
  for await (const { type, meta } of team.events())
    if (type === 'message.told') heard.push(meta.origin ?? '');
  expect(heard).toEqual(['inbox-a@0']);
});

describe('hosts', () => {
  test('take nothing that has ended, however many there are, and read it once', async () => {
    const store = openMemoryStore();
    const first = runtimeOf(store);
    for (let i = 0; i < 40; i++) await (await first.start(planOf(`e${i}`))).result();
    const taken: string[] = [];
    const runtime = runtimeOf(store);
    const host = startHost({ runtime, onTaken: (team) => taken.push(team) });
    closing.push(() => host.close());
    await runtime.submit(planOf('new'));
    await until(() => expect(taken).toContain('new'));
    expect(taken).toEqual(['new']);
  });

  test('keep what they have read: the next one reads only what is new', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kept-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const keepIn = join(folder, 'cache');
    const before = await openEventStoreDb(server.connectionString, { keepIn });
    const first = runtimeOf(before);
    await (await first.start(planOf('old'))).result();
    await first.submit(planOf('waiting'));
    const reading = startHost({ runtime: first, teamsMax: 0 });
    await until(async () =>
      expect(await before.readModels!.load('unfinished-teams-1')).toBeDefined(),
    );
    await reading.close();
    await before.close();
    const store = await openEventStoreDb(server.connectionString, { keepIn });
    closing.push(() => store.close());
    const after: unknown[] = [];
    const watched: EventStore = {
      ...store,
      url: store.url,
      append: (...args) => store.append(...args),
      read: (...args) => store.read(...args),
      readAll: (...args) => store.readAll(...args),
      head: (...args) => store.head(...args),
      streams: (...args) => store.streams(...args),
      close: () => store.close(),
      leases: store.leases!,
      readModels: store.readModels!,
      subscribe: (options) => {
        if (options.prefix) after.push(options.after);
        return store.subscribe(options);
      },
    };
    const { ended } = hosting(runtimeOf(watched));
    await until(() => expect([...ended]).toEqual(['waiting']));
    expect(after).toEqual(['end', expect.any(Number)]);
    expect(after[1]).toBeGreaterThan(0);
  });

  test('on a restored backup take what is unfinished there', async () => {
    const runtime = runtimeOf(await open());
    const { ended } = hosting(runtime);
    await runtime.submit(planOf('a'));
    await until(() => expect(ended.has('a')).toBe(true));
    await until(() => expect(server.openCalls('subscription')).toBe(1));
    await server.stop();
    const took = server.log.records.findIndex(
      ({ stream, type }) => stream === 'team-a' && type === 'leader.took',
    );
    server.log.restore(took);
    ended.clear();
    await server.start();
    await runtime.submit(planOf('b'));
    await until(() => expect([...ended].sort()).toEqual(['a', 'b']));
  });
});

describe('property: whatever others write, wherever', () => {
  const types = [...vocabulary.map(({ type }) => type), 'order.placed', '$x', 'Ärger', 'a'];

  /** Bytes, half of them JSON. */
  function anything(random: () => number): { data: Buffer; json: boolean } {
    const texts = [
      'null',
      '{}',
      '[]',
      '7',
      '"x"',
      '{"team":"f0","labels":{}}',
      '{"holder":1}',
      '{',
    ];
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)),
    );
    if (random() < 0.5)
      return { data: Buffer.from(texts[Math.floor(random() * texts.length)]!), json: true };
    return { data: bytes, json: random() < 0.3 };
  }

  test.each(realUrl ? [1] : [1, 2, 3])(
    'twenty teams of two hosts end, and every command exits as documented (seed %i)',
    async (seed) => {
      const dice = throwDice('foreign', seed);
      const random = () => dice.int(0, 1_000_000) / 1_000_001;
      const url = realUrl ?? server.connectionString;
      const run = crypto.randomUUID().slice(0, 6);
      const ids = Array.from({ length: 20 }, (_, i) => `f${run}${i}`);
      const writer = EventStoreDBClient.connectionString(url);
      closing.push(() => writer.dispose());
      const streams = () => {
        const id = dice.pick(ids);
        return dice.pick([
          `team-x${run}${dice.int(0, 30)}`,
          `team-${'ü !§'.slice(0, dice.int(0, 4))}`,
          `inbox-${id}`,
          `inbox-x${run}${dice.int(0, 5)}`,
          `lease-team-${id}`,
          `desk-${id}`,
          `orders-${dice.int(0, 99)}`,
        ]);
      };
      let writing = true;
      const foreign = (async () => {
        while (writing) {
          const { data, json } = anything(random);
          const { data: metadata } = anything(random);
          await writer
            .appendToStream(streams(), {
              id: crypto.randomUUID(),
              type: dice.pick(types),
              contentType: json ? 'application/json' : 'application/octet-stream',
              data: json ? tryJson(data) : data,
              metadata,
            } as never)
            // Some types are the server's own; it may refuse what it likes.
            .catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, dice.int(0, 8)));
        }
      })();
      const stores = await Promise.all([open(url), open(url), open(url)]);
      const hosts = [hosting(runtimeOf(stores[0]!, 30)), hosting(runtimeOf(stores[1]!, 30))];
      const front = runtimeOf(stores[2]!);
      for (const id of ids) await front.submit(planOf(id));
      await until(() => {
        const ended = new Set(hosts.flatMap((host) => [...host.ended]));
        expect(ids.filter((id) => !ended.has(id))).toEqual([]);
      }, 110_000);
      for (const { failed } of hosts) expect(failed).toEqual(new Map());
      writing = false;
      await foreign;
      const to = openMemoryStore();
      const { copyStreams } = await import('../../src/events/stores/copy.ts');
      await copyStreams({ from: stores[2]!, to });
      for (const id of ids) {
        expect((await front.replay(id)).divergence).toBeNull();
        expect(await to.head(`team-${id}` as StreamName)).toBe(
          await stores[2]!.head(`team-${id}` as StreamName),
        );
      }
      const horde = hordeIn({ HORDE_STORE: url });
      const [one] = ids;
      for (const command of [
        ['teams'],
        ['resume'],
        ['upgrade-check'],
        ['log', one!],
        ['report', one!],
      ]) {
        const { status, err } = await horde.run(command);
        expect([command[0], status, err]).toEqual([command[0], 0, expect.any(String)]);
      }
    },
    150_000,
  );

  function tryJson(data: Buffer): unknown {
    try {
      return JSON.parse(data.toString('utf8'));
    } catch {
      return null;
    }
  }
});
