import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { createGovernor } from '../../src/actors/governor/token-governor.ts';
import { type Host, startHost } from '../../src/actors/lead/host.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openStore } from '../../src/events/stores/open-store.ts';

/** Counts to four, one piece of work after the other. */
const counting = setup({
  types: { context: {} as { n: number } },
  actors: { step: fromPromise<unknown>(() => Promise.reject()) },
  guards: { isFull: ({ context }) => context.n >= 4 },
}).createMachine({
  id: 'counting',
  context: { n: 0 },
  initial: 'stepping',
  states: {
    stepping: {
      invoke: {
        id: 'step',
        src: 'step',
        onDone: { target: 'stepped', actions: assign({ n: ({ context }) => context.n + 1 }) },
        onError: 'given',
      },
    },
    stepped: { always: [{ guard: 'isFull', target: 'given' }, { target: 'stepping' }] },
    given: { type: 'final' },
  },
  output: ({ context }) => ({ reason: `counted to ${context.n}` }),
});

interface Site {
  store: EventStore;
  /** How often each team's steps were begun, over all runtimes. */
  begun: Map<string, number>;
  runtime(stepMs?: number): Runtime;
}

async function site(url = 'memory:'): Promise<Site> {
  const store = await openStore(url);
  onTestFinished(() => store.close());
  const begun = new Map<string, number>();
  const runtime = (stepMs = 5) => {
    const made = createRuntime({
      store,
      machines: { counting },
      workers: {
        step: {
          effect: 'repeatable',
          async run(_, { team, signal }) {
            begun.set(team, (begun.get(team) ?? 0) + 1);
            await new Promise((resolve, reject) => {
              const timer = setTimeout(resolve, stepMs);
              signal.addEventListener('abort', () => {
                clearTimeout(timer);
                reject(signal.reason);
              });
            });
            return {};
          },
        },
      },
    });
    onTestFinished(() => made.close());
    return made;
  };
  return { store, begun, runtime };
}

function host({ runtime }: Site, stepMs?: number, teamsMax?: number): Host & { ended: string[] } {
  const ended: string[] = [];
  const made = startHost({
    ...(teamsMax === undefined ? {} : { teamsMax }),
    runtime: runtime(stepMs),
    onEnded: (team) => ended.push(team),
  });
  onTestFinished(() => made.close());
  return Object.assign(made, { ended });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to that');
}

describe('a host', () => {
  it('leads teams that were handed in, before and after it began, and leaves led ones alone', async () => {
    const place = await site();
    const front = place.runtime();
    await front.submit({ machine: 'counting', id: 'early' });
    const own = place.runtime(60);
    await own.start({ machine: 'counting', id: 'led' });
    const working = host(place);
    await front.submit({ machine: 'counting', id: 'late' });
    await until(() => working.ended.length === 2);
    expect(working.ended.sort()).toEqual(['early', 'late']);
    await own.team('led').result();
    for (const team of ['early', 'late', 'led']) {
      expect((await front.team(team).result()).reason).toBe('counted to 4');
      expect(place.begun.get(team)).toBe(4);
      const epochs: unknown[] = [];
      for await (const { type, data } of front.team(team).events())
        if (type === 'leader.took') epochs.push(data['epoch']);
      expect(epochs).toEqual([1]);
    }
  });

  it('handing the same team in twice is handing it in once', async () => {
    const { runtime } = await site();
    const front = runtime();
    await front.submit({ machine: 'counting', id: 'once' });
    await front.submit({ machine: 'counting', id: 'once' });
    expect(await front.teams()).toEqual(['once']);
    expect((await front.replay('once')).divergence).toBeNull();
  });

  it('with others shares many teams: each is led once, none is left', async () => {
    const place = await site();
    const front = place.runtime();
    const teams = Array.from({ length: 24 }, (_, i) => `t${i}`);
    for (const id of teams) await front.submit({ machine: 'counting', id });
    const hosts = [host(place, 5, 4), host(place, 5, 4), host(place, 5, 4)];
    await until(() => hosts.reduce((sum, { ended }) => sum + ended.length, 0) === teams.length);
    expect(hosts.flatMap(({ ended }) => ended).sort()).toEqual([...teams].sort());
    for (const id of teams) expect(place.begun.get(id)).toBe(4);
    for (const { ended } of hosts) expect(ended.length).toBeGreaterThan(0);
  });

  it('leads all teams under one governor, each with the workers that it was formed for', async () => {
    const store = await openStore('memory:');
    onTestFinished(() => store.close());
    const under = { now: 0, most: 0 };
    const done = new Map<string, string>();
    const runtime = createRuntime({
      store,
      machines: { counting },
      governor: createGovernor({ concurrency: 3, burst: 1000 }),
      workersOf: async ({ team, labels }) => ({
        step: {
          effect: 'paid',
          governedBy: () => 'key',
          async run() {
            under.now += 1;
            under.most = Math.max(under.most, under.now);
            await new Promise((resolve) => setTimeout(resolve, 2));
            under.now -= 1;
            done.set(team, labels['model'] ?? 'none');
            return {};
          },
        },
      }),
    });
    const teams = Array.from({ length: 8 }, (_, i) => `t${i}`);
    for (const id of teams)
      await runtime.submit({ machine: 'counting', id, labels: { model: `model of ${id}` } });
    const ended: string[] = [];
    const leading = startHost({ runtime, onEnded: (team) => ended.push(team) });
    onTestFinished(() => leading.close());
    await until(() => ended.length === teams.length);
    expect(under).toEqual({ now: 0, most: 3 });
    expect(done).toEqual(new Map(teams.map((id) => [id, `model of ${id}`])));
  });

  it('that closes leaves its teams to another, which goes on where it stood', async () => {
    const place = await site();
    const front = place.runtime();
    await front.submit({ machine: 'counting', id: 'left' });
    const first = host(place, 40);
    await until(() => (place.begun.get('left') ?? 0) >= 2);
    await first.close();
    const second = host(place);
    await until(() => second.ended.includes('left'));
    expect((await front.team('left').result()).reason).toBe('counted to 4');
    // At most the step that was broken off is done again.
    expect(place.begun.get('left')).toBeLessThanOrEqual(5);
    expect((await front.replay('left')).divergence).toBeNull();
  });

  it('on one file with another process of leases waits until the lease has run out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'horde-host-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const place = await site(`sqlite:${join(folder, 'h.db')}`);
    await place.runtime().submit({ machine: 'counting', id: 'held' });
    await place.store.leases!.take('team-held', 'elsewhere:1:x', 1500);
    const begun = Date.now();
    const working = host(place);
    await until(() => working.ended.includes('held'));
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1400);
  });
});
