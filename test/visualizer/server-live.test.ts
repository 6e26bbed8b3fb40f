/** What happens now reaches every page in order and without gap, from whatever process it comes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { EventStore, SubscribeOptions } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import type { TeamLine } from '../../src/projections/teams/teams.ts';
import { startTestServer } from '../eventstoredb/test-server.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';
import { appendTo, ownEvent, revisionsOf, served } from './served.ts';

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A team of events that nobody defined, so that a test says what is appended and when. */
async function begun(store: EventStore) {
  let head = -1;
  const tell = async (count = 1) => {
    const events = Array.from({ length: count }, (_, i) =>
      ownEvent('step.made', { step: head + 1 + i }),
    );
    await appendTo(store, 't', events, head);
    head += count;
    return head;
  };
  await tell();
  return { tell, head: () => head };
}

/** A store that counts its subscriptions. */
function counted(store: EventStore): { store: EventStore; open(): number; opened(): number } {
  let open = 0;
  let opened = 0;
  const subscribe = (options: SubscribeOptions) => {
    const subscription = store.subscribe(options);
    open++;
    opened++;
    return {
      close() {
        open--;
        subscription.close();
      },
    };
  };
  const counting = new Proxy(store, {
    get(target, key) {
      if (key === 'subscribe') return subscribe;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { store: counting, open: () => open, opened: () => opened };
}

async function until(holds: () => boolean): Promise<void> {
  const begunAt = Date.now();
  while (!holds()) {
    if (Date.now() - begunAt > 10_000) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a page that follows a team', () => {
  it('hears what it lacks and what comes, once, in order, with its last revision as id', async () => {
    const store = await openMemoryStore();
    const team = await begun(store);
    await team.tell(1300);
    const { listen } = await served({ runtime: createRuntime({ store }) });
    const page = await listen('/api/teams/t/live?after=9');
    for (let i = 0; i < 40; i++) await team.tell(1 + (i % 7));
    await page.until((heard) => revisionsOf(heard).at(-1) === team.head());
    expect(revisionsOf(page.heard)).toEqual(range(10, team.head()));
    for (const { id, data } of page.heard) expect(Number(id)).toBe(data.at(-1).revision);
  });

  it('comes back with the id it heard last and misses nothing', async () => {
    const store = await openMemoryStore();
    const team = await begun(store);
    const { listen } = await served({ runtime: createRuntime({ store }) });
    const first = await listen('/api/teams/t/live?after=0');
    await team.tell(5);
    await first.until((heard) => revisionsOf(heard).at(-1) === 5);
    first.close();
    await team.tell(5);
    const headers = { 'last-event-id': first.heard.at(-1)!.id! };
    const second = await listen('/api/teams/t/live?after=0', headers);
    await second.until((heard) => revisionsOf(heard).at(-1) === 10);
    expect(revisionsOf(second.heard)).toEqual(range(6, 10));
  });

  it('shares one subscription of the store with all others, which ends with the last of them', async () => {
    const { store, open, opened } = counted(await openMemoryStore());
    const team = await begun(store);
    const { listen } = await served({ runtime: createRuntime({ store }) });
    const pages = [];
    for (let i = 0; i < 12; i++) pages.push(await listen('/api/teams/t/live?after=0'));
    const list = await listen('/api/teams/live');
    await team.tell(3);
    for (const page of pages) await page.until((heard) => revisionsOf(heard).at(-1) === 3);
    expect([open(), opened()]).toEqual([1, 1]);
    for (const page of pages) page.close();
    list.close();
    await until(() => open() === 0);
    const again = await listen('/api/teams/t/live?after=0');
    await again.until((heard) => revisionsOf(heard).at(-1) === 3);
    expect([open(), opened()]).toEqual([1, 2]);
  });

  it('is not delayed by one that does not read, and the other reads on where it stood', async () => {
    const store = await openMemoryStore();
    const team = await begun(store);
    const { listen, port } = await served({ runtime: createRuntime({ store }) });
    const stuck = connect(port, '127.0.0.1');
    onTestFinished(() => void stuck.destroy());
    stuck.write(`GET /api/teams/t/live?after=0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await new Promise((resolve) => stuck.once('readable', resolve));
    const quick = await listen('/api/teams/t/live?after=0');
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 60; i++) await team.tell(500);
    await quick.until((heard) => revisionsOf(heard).at(-1) === team.head());
    expect(revisionsOf(quick.heard)).toEqual(range(1, team.head()));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400e6);
    let text = '';
    stuck.setEncoding('utf8');
    stuck.on('data', (chunk) => {
      text += chunk;
    });
    await until(() => text.includes(`"revision":${team.head()},`));
    const ids = [...text.matchAll(/"revision":(\d+),/g)].map(([, id]) => Number(id));
    expect(ids).toEqual(range(1, team.head()));
  });

  it('hears what a model says before it is recorded, joined where it comes fast', async () => {
    const store = await openMemoryStore();
    const team = await begun(store);
    const { listen, spoken } = await served({ runtime: createRuntime({ store }) });
    const page = await listen('/api/teams/t/live?after=0');
    const other = await listen('/api/teams/t/live?after=0');
    await team.tell();
    await page.until((heard) => heard.length === 1);
    for (const word of ['once ', 'upon ', 'a ', 'time']) spoken('t', 'writer', word);
    spoken('another', 'writer', 'not for this page');
    await team.tell();
    for (const one of [page, other]) {
      await one.until((heard) => revisionsOf(heard).at(-1) === 2);
      const told = one.heard.filter(({ event }) => event === 'spoken');
      expect(told.map(({ data }) => data)).toEqual([{ actor: 'writer', text: 'once upon a time' }]);
      expect(one.heard.at(-1)!.event).toBe('events');
    }
  });

  it('is let go when the server closes', async () => {
    const { store, open } = counted(await openMemoryStore());
    await begun(store);
    const server = await served({ runtime: createRuntime({ store }) });
    const page = await server.listen('/api/teams/t/live?after=0');
    await until(() => open() === 1);
    await server.close();
    await page.ended;
    expect(open()).toBe(0);
  });

  it('knows how the team ended when the server closes in that very moment', async () => {
    const store = await openMemoryStore();
    const { tell } = await begun(store);
    const server = await served({ runtime: createRuntime({ store }) });
    const page = await server.listen('/api/teams/t/live?after=0');
    await tell(700);
    await server.close();
    await page.ended;
    expect(revisionsOf(page.heard)).toEqual(range(1, 700));
  });

  it('is let go when the store cannot tell any more, to come back by itself', async () => {
    const store = await openMemoryStore();
    const team = await begun(store);
    let fail: ((error: Error) => void) | undefined;
    const failing = new Proxy(store, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (key !== 'subscribe') return typeof value === 'function' ? value.bind(target) : value;
        return (options: SubscribeOptions) => {
          fail = options.onError;
          return target.subscribe(options);
        };
      },
    });
    const { listen } = await served({ runtime: createRuntime({ store: failing }) });
    const page = await listen('/api/teams/t/live?after=0');
    const list = await listen('/api/teams/live');
    fail!(new Error('the store is away'));
    await Promise.all([page.ended, list.ended]);
    expect([page.status, list.status]).toEqual([200, 200]);
    const again = await listen('/api/teams/t/live?after=0');
    await team.tell(2);
    await again.until((heard) => revisionsOf(heard).at(-1) === 2);
  });
});

describe('the list of teams', () => {
  it('is told whole, and then the lines that change', async () => {
    const stage = await rehearse({ seed: 2 });
    await stage.run('first', { pattern: 'review-loop', seed: 1 });
    const { listen } = await served({ runtime: stage.runtime });
    const list = await listen('/api/teams/live');
    await list.until((heard) => heard.length > 0);
    expect(list.heard[0]!.data.map(({ team }: TeamLine) => team)).toEqual(['first']);
    await stage.run('second', { pattern: 'watchdog', seed: 1 });
    const last = (heard: typeof list.heard) => heard.at(-1)!.data.at(-1) as TeamLine;
    await list.until((heard) => last(heard).team === 'second' && last(heard).status === 'done');
    expect(
      list.heard.slice(1).flatMap(({ data }) => data.map(({ team }: TeamLine) => team)),
    ).not.toContain('first');
    await stage.close();
  });
});

describe('a page, while another process writes', () => {
  const LATE_MS = 200;

  /** From the append to when the page hears it, in milliseconds: the median. */
  async function delays(writing: EventStore, reading: EventStore): Promise<number> {
    const team = await begun(writing);
    const { listen } = await served({ runtime: createRuntime({ store: reading }) });
    const page = await listen('/api/teams/t/live?after=0');
    const taken: number[] = [];
    for (let i = 0; i < 15; i++) {
      const at = performance.now();
      const head = await team.tell();
      await page.until((heard) => revisionsOf(heard).at(-1) === head);
      taken.push(performance.now() - at);
    }
    return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)]!;
  }

  it('hears it in less than 200 ms on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'horde-live-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const url = `sqlite:${join(folder, 'horde.db')}`;
    const [writing, reading] = [await openStore(url), await openStore(url)];
    onTestFinished(async () => void (await Promise.all([writing.close(), reading.close()])));
    expect(await delays(writing, reading)).toBeLessThan(LATE_MS);
  });

  it('hears it in less than 200 ms on EventStoreDB', async () => {
    const database = await startTestServer({ port: 0 });
    onTestFinished(() => database.stop());
    const url = database.connectionString;
    const [writing, reading] = [await openStore(url), await openStore(url)];
    onTestFinished(async () => void (await Promise.all([writing.close(), reading.close()])));
    expect(await delays(writing, reading)).toBeLessThan(LATE_MS);
  });
});
