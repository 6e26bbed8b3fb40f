import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { RawEvent } from '../../src/events/event.ts';
import type { EventStore } from '../../src/events/store.ts';
import {
  dataOf,
  dyingStore,
  familyEvents,
  familyMachines,
  openMemoryStore,
  streamOf,
  thinking,
} from './family.ts';

interface Case {
  /** How many thoughts each child is to have. */
  thoughts: number[];
  /** A generation between them and the one above. */
  generations: 1 | 2;
  tokens: number | undefined;
  /** Of each process: at which of its appends it dies, and whether that one is still written. */
  deaths: { appends: number; written: boolean }[];
}

const cases = fc.record<Case>({
  thoughts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 }),
  generations: fc.constantFrom(1, 2),
  tokens: fc.constantFrom(undefined, 500, 5000),
  deaths: fc.array(fc.record({ appends: fc.integer({ min: 0, max: 9 }), written: fc.boolean() }), {
    maxLength: 6,
  }),
});

const planOf = ({ thoughts, generations, tokens }: Case) => {
  const share = tokens === undefined ? {} : { tokens: Math.floor(tokens / 2) };
  const limits = { synthesisTokens: 0, ...share };
  const plans = thoughts.map((n) => ({ machine: 'thinker', input: { thoughts: n }, limits }));
  const above = { machine: 'parent', input: { plans } };
  const input =
    generations === 1 ? above.input : { plans: [{ ...above, limits: { synthesisTokens: 0 } }] };
  const own = { synthesisTokens: 0, ...(tokens === undefined ? {} : { tokens }) };
  return { id: 'above', machine: 'parent', input, limits: own };
};

/** Lets one process after the other lead until it dies; the last one lives. */
async function live(one: Case): Promise<{ store: EventStore; begun: string[] }> {
  const store = openMemoryStore();
  const { workers, begun } = thinking();
  const options = { machines: familyMachines, events: familyEvents, workers };
  for (const { appends, written } of one.deaths) {
    const dying = dyingStore(store, appends, written);
    const runtime = createRuntime({ ...options, store: dying.store });
    const ended = runtime
      .start(planOf(one))
      .then((team) => Promise.all([team.result(), runtime.recover()]))
      .catch(() => undefined);
    await Promise.race([dying.dead, ended]);
  }
  const runtime = createRuntime({ ...options, store });
  const team = await runtime.start(planOf(one));
  await runtime.recover();
  await team.result();
  for (const id of await runtime.teams()) expect((await runtime.replay(id)).divergence).toBeNull();
  await runtime.close();
  return { store, begun };
}

const SETTLES = /^team\.(returned|failed)$|^work\.(refused|late)$/;

async function hold({ store, begun }: Awaited<ReturnType<typeof live>>, one: Case) {
  const streams = (await store.streams('team-')).map(({ stream }) => stream.slice(5));
  for (const id of streams) {
    const events = await streamOf(store, id);
    const works = new Map<string, RawEvent[]>();
    for (const event of events) {
      const { work } = JSON.parse(event.meta) as { work?: string };
      if (work && SETTLES.test(event.type)) works.set(work, [...(works.get(work) ?? []), event]);
    }
    // Each wait has come to exactly one result, and it is what the child's own stream says.
    for (const [work, results] of works) {
      expect(results, work).toHaveLength(1);
      const { team, output, spent } = dataOf(results[0]!);
      if (!team) continue;
      const end = (await streamOf(store, team)).at(-1)!;
      expect(dataOf(end).output).toEqual(output ?? dataOf(end).output);
      expect(spent.tokens).toBe(await spentIn(store, team));
    }
    const { parent } = dataOf(events[0]!);
    if (parent) expect(await streamOf(store, parent.team)).not.toEqual([]);
  }
  // Nobody has a child that its parent does not know, and no thought was begun twice.
  expect(streams).toHaveLength(1 + (one.generations - 1) + one.thoughts.length);
  expect(new Set(begun).size).toBe(begun.length);
  if (one.tokens !== undefined)
    expect(await spentIn(store, 'above')).toBeLessThanOrEqual(one.tokens);
}

/** By the auditor's own count: what each settled reservation has cost, in this stream alone. */
async function spentIn(store: EventStore, team: string): Promise<number> {
  let sum = 0;
  const open = new Map<string, number>();
  for (const raw of await streamOf(store, team)) {
    const { work } = JSON.parse(raw.meta) as { work?: string };
    const data = dataOf(raw);
    if (work === undefined) continue;
    if (raw.type === 'work.admitted') open.set(work, data.reserved.tokens);
    else if (raw.type === 'work.delayed') open.delete(work);
    else if (raw.type !== 'work.started' && raw.type !== 'work.cancelled' && open.has(work)) {
      const { usage } = data;
      const said = usage ? usage.inputTokens + usage.outputTokens : undefined;
      const failed = raw.type.endsWith('.failed');
      sum += data.spent?.tokens ?? data.settled?.tokens ?? said ?? (failed ? 0 : open.get(work)!);
      open.delete(work);
    }
  }
  return [...open.values()].reduce((all, tokens) => all + tokens, sum);
}

describe('A family of teams', () => {
  it('survives a crash of any of its leaders at any append: one result a wait, nothing lost or doubled', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        await hold(await live(one), one);
      }),
      { numRuns: 40 },
    );
  });

  it('goes on when another process takes over while the first still leads', async () => {
    const one = { thoughts: [3, 3], generations: 1 as const, tokens: 5000, deaths: [] };
    for (let ticks = 0; ticks < 24; ticks++) {
      const store = openMemoryStore();
      const { workers } = thinking();
      const options = { machines: familyMachines, events: familyEvents, workers };
      // Without leases: nothing but the epoch keeps the two apart.
      const process = () =>
        createRuntime({
          ...options,
          store: dyingStore(store, Number.POSITIVE_INFINITY, true).store,
        });
      const [first, second] = [process(), process()];
      await first.start(planOf(one));
      for (let i = 0; i < ticks; i++) await new Promise((resolve) => setImmediate(resolve));
      await (await second.resume('above')).result();
      await hold({ store, begun: [] }, one);
      const end = dataOf((await streamOf(store, 'above')).at(-1)!);
      expect(end.output.ends).toHaveLength(2);
      for (const told of end.output.ends) expect(told).toMatch(/thought 3 times$/);
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('asks a child that nobody waits for to stop, once, whoever dies when', async () => {
    const one = { thoughts: [1], generations: 1 as const, tokens: 5000, deaths: [] };
    const plan = planOf(one);
    const start = { ...plan, input: { ...plan.input, patienceMs: 1 } };
    for (let appends = 0; appends < 9; appends++) {
      for (const written of [true, false]) {
        const store = openMemoryStore();
        const { workers } = thinking(() => new Promise(() => {}));
        const options = { machines: familyMachines, events: familyEvents, workers };
        const dying = dyingStore(store, appends, written);
        const first = createRuntime({ ...options, store: dying.store });
        const ended = first.start(start).then((team) => team.result());
        await Promise.race([dying.dead, ended.catch(() => undefined)]);
        const runtime = createRuntime({ ...options, store });
        await (await runtime.start(start)).result();
        await runtime.recover();
        for (const id of (await runtime.teams()).filter((name) => name !== 'above')) {
          await runtime.team(id).result();
          const events = await streamOf(store, id);
          const said = await store.read(`inbox-${id}` as never);
          const withdrawn = events.at(-1)!.type === 'team.stopped';
          if (withdrawn)
            expect(events.map(({ type }) => type)).toEqual(['team.formed', 'team.stopped']);
          else expect(said.map(({ type }) => type)).toEqual(['team.stopRequested']);
          expect((await runtime.replay(id)).divergence).toBeNull();
        }
        expect(await spentIn(store, 'above')).toBeLessThanOrEqual(5000);
        await runtime.close();
      }
    }
  });

  it('comes to the same results as one that nothing has happened to', async () => {
    const calm = { thoughts: [2, 3], generations: 1 as const, tokens: undefined, deaths: [] };
    const undisturbed = dataOf((await streamOf((await live(calm)).store, 'above')).at(-1)!);
    for (let appends = 0; appends < 12; appends++) {
      for (const written of [true, false]) {
        const { store } = await live({ ...calm, deaths: [{ appends, written }] });
        const end = dataOf((await streamOf(store, 'above')).at(-1)!);
        expect(end.output).toEqual(undisturbed.output);
      }
    }
  });
});
