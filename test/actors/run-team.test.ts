import { describe, expect, it } from 'vitest';
import { endOfChild } from '../../src/actors/children/ended-child.ts';
import { SimulatedClock } from '../../src/actors/clock.ts';
import type { Runtime } from '../../src/actors/runtime.ts';
import type { EventStore } from '../../src/events/store.ts';
import { bare, dataOf, family, openMemoryStore, streamOf, thinking } from './family.ts';

const child = (thoughts: number, limits: object = {}) => ({
  machine: 'thinker',
  input: { thoughts },
  limits,
});
const start = (runtime: Runtime, plans: object[], more: object = {}) =>
  runtime.start({ id: 'above', machine: 'parent', input: { plans }, ...more });
const childrenIn = async (store: EventStore) =>
  (await store.streams('team-above-')).map(({ stream }) => stream.slice(5));

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('A machine that waits for another team', () => {
  it('hears how it ended, with what it and all below it used', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const { output } = await (await start(runtime, [child(3)])).result();
    const [id] = await childrenIn(store);
    expect(output).toMatchObject({ ends: [`${id} thought 3 times`] });
    const returned = (await streamOf(store, 'above')).find(({ type }) => type === 'team.returned')!;
    expect(dataOf(returned)).toMatchObject({
      team: id,
      reason: 'thought 3 times',
      confidence: null,
      usage: { inputTokens: 180, outputTokens: 120, usd: 0.003 },
      spent: { tokens: 300, usd: 0.003 },
      output: { status: 'done' },
    });
    await runtime.close();
  });

  it('counts usage over every generation, and depth and correlation with it', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const middle = { machine: 'parent', input: { plans: [child(2), child(1)] } };
    await (await start(runtime, [middle])).result();
    const returned = (await streamOf(store, 'above')).find(({ type }) => type === 'team.returned')!;
    expect(dataOf(returned)).toMatchObject({ spent: { tokens: 300 }, usage: { inputTokens: 180 } });
    const ids = await childrenIn(store);
    const firsts = await Promise.all(ids.map(async (id) => (await streamOf(store, id))[0]!));
    expect(firsts.map((raw) => dataOf(raw).depth)).toEqual([1, 2, 2]);
    for (const { meta } of firsts) expect(JSON.parse(meta).correlationId).toBe('above');
    await runtime.close();
  });

  it('is refused a team that would stand too deep', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const deep = (inner: object) => ({ machine: 'parent', input: { plans: [inner] } });
    const { output } = await (await start(runtime, [deep(deep(deep(child(1))))])).result();
    expect(await childrenIn(store)).toHaveLength(2);
    expect((output as any).ends[0]).toMatch(/refused depth/);
    await runtime.close();
  });

  it('reserves the whole share before the child begins, and gets back what it did not use', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const limits = { tokens: 1000, synthesisTokens: 0 };
    const plans = [
      child(3, { tokens: 600, synthesisTokens: 0 }),
      child(1, { tokens: 600, synthesisTokens: 0 }),
    ];
    await (await start(runtime, plans, { limits })).result();
    const events = await streamOf(store, 'above');
    const told = events
      .filter(({ type }) => /^work\.(admitted|delayed)|^team\.returned/.test(type))
      .map((raw) => [raw.type, dataOf(raw).reserved?.tokens ?? dataOf(raw).spent?.tokens ?? 0]);
    // The second share is free only once the first child's end is heard.
    expect(told).toEqual([
      ['work.admitted', 600],
      ['work.delayed', 0],
      ['team.returned', 300],
      ['work.admitted', 600],
      ['team.returned', 100],
    ]);
    await runtime.close();
  });

  it('holds the child to its share', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const limits = { tokens: 1000, usd: 1, synthesisTokens: 0 };
    const plan = child(9, { tokens: 250, usd: 0.5, synthesisTokens: 0 });
    const { output } = await (await start(runtime, [plan], { limits })).result();
    expect((output as any).ends[0]).toMatch(/thought 2 times/);
    const [formed] = await streamOf(store, (await childrenIn(store))[0]!);
    expect(dataOf(formed!).limits).toMatchObject({ tokens: 250, usd: 0.5 });
    await runtime.close();
  });

  it('hears a failed child as a failure that still tells what it cost', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const { output } = await (await start(runtime, [child(0)])).result();
    expect((output as any).ends).toEqual(['failed thought 0 times']);
    await runtime.close();
  });

  it('hears a plan that cannot be started as a failure, and starts nothing', async () => {
    const store = openMemoryStore();
    const runtime = family(store);
    const { output } = await (await start(runtime, [child(1, { depth: 9 })])).result();
    expect((output as any).ends[0]).toMatch(/thought 1 times/);
    const other = await runtime.start({
      machine: 'parent',
      input: { plans: [child(1, { teamSize: 99 })] },
    });
    expect(((await other.result()).output as any).ends[0]).toMatch(/invalidRequest.*teamSize/);
    await runtime.close();
  });

  it('asks the child to stop, once, when it does not wait any more, and settles at its end', async () => {
    const store = openMemoryStore();
    const clock = new SimulatedClock(1_700_000_000_000);
    const { workers, begun } = thinking(() => new Promise(() => {}));
    const runtime = family(store, { clock, workers });
    const slow = { plans: [child(5), child(0)], patienceMs: 1000 };
    const team = await runtime.start({ id: 'above', machine: 'parent', input: slow });
    const ended = team.result();
    await settle();
    expect(begun).toHaveLength(1);
    clock.advanceTo(clock.now() + 1000);
    await ended;
    await settle();
    const [id] = (await childrenIn(store)).filter((name) => begun[0]!.startsWith(name));
    const inbox = await store.read(`inbox-${id}` as never);
    expect(inbox.map((raw) => [raw.type, dataOf(raw).by])).toEqual([
      ['team.stopRequested', 'team above'],
    ]);
    const last = (await streamOf(store, id!)).at(-1)!;
    expect(last.type).toBe('team.dissolved');
    const types = (await streamOf(store, 'above')).map(({ type }) => type);
    expect(types).toContain('work.cancelled');
    expect((await runtime.replay('above')).divergence).toBeNull();
    await runtime.close();
  });

  it('counts in full what a child had under way when it ended', async () => {
    const store = openMemoryStore();
    const { workers, begun } = thinking(() => new Promise(() => {}));
    const runtime = family(store, { workers });
    const team = await runtime.start({ id: 'alone', machine: 'thinker', input: { thoughts: 2 } });
    await settle();
    expect(begun).toHaveLength(1);
    await team.stop();
    await team.result();
    expect((await endOfChild(team)).spent).toEqual({ tokens: 100, usd: 0.001 });
    await runtime.close();
  });

  it('withdraws a child that had not begun when nobody waited any more, so that nobody begins it later', async () => {
    const store = openMemoryStore();
    let look = () => {};
    const mayLook = new Promise<void>((resolve) => {
      look = resolve;
    });
    // The hand that begins the child is slow: before it has looked, the parent is over.
    const slow: EventStore = {
      ...bare(store),
      head: async (stream) => {
        if (stream.startsWith('team-above-')) await mayLook;
        return store.head(stream);
      },
    };
    const runtime = family(slow);
    const team = await start(runtime, [child(3)], { limits: { tokens: 1000 } });
    const ended = team.result();
    await team.stop();
    await settle();
    look();
    expect((await ended).status).toBe('stopped');
    const [id] = await childrenIn(store);
    const events = await streamOf(store, id!);
    expect(events.map(({ type }) => type)).toEqual(['team.formed', 'team.stopped']);
    expect(dataOf(events[1]!).reason).toBe('withdrawn');
    const { parent } = dataOf(events[0]!) as { parent: { team: string; work: string } };
    const late = await family(store).start({
      id: id!,
      machine: 'thinker',
      input: { thoughts: 3 },
      parent: { ...parent, correlationId: 'above', depth: 1 },
    });
    expect(await late.result()).toMatchObject({ status: 'stopped' });
    expect((await runtime.replay(id!)).divergence).toBeNull();
    await runtime.close();
  });
});
