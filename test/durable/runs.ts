/**
 * Runs of one case: under XState's own `createActor`, which is the oracle, and under the durable runtime: straight,
 * closed and resumed after every step, and killed after every step, whatever is under way.
 */
import { isDeepStrictEqual } from 'node:util';
import { Actor, createActor } from 'xstate';
import { SimulatedClock } from '../../src/actors/clock.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { type Case, type Step, World } from './world.ts';

/** What a run came to. */
export interface Course {
  /** State values of the root, one after the other, without repeats. */
  values: unknown[];
  status: unknown;
  context: unknown;
  output: unknown;
  /** What custom actions did. */
  notes: unknown[];
}

export type Deaths = 'never' | 'at rest' | 'in flight';

const TURNS = 6;

/** Everything that follows without time has happened. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The same for values that hold references: those are their names, and names that were drawn are one name. */
export function shown(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Actor) return { actor: value.id.startsWith('x:') ? 'drawn' : value.id };
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Date || value instanceof Map || value instanceof Set) return value;
  const copy: any = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const [key, inner] of Object.entries(value)) copy[key] = shown(inner, seen);
  return copy;
}

const push = (values: unknown[], value: unknown) => {
  if (value !== undefined && !isDeepStrictEqual(values.at(-1), value)) values.push(value);
};

/** The same time for XState; its own simulated clock takes long waits in one step. */
const xstatesClock = (clock: SimulatedClock) => ({
  setTimeout: (callback: () => void, ms: number) => clock.wake(clock.now() + ms, callback),
  clearTimeout: (forget: () => void) => forget(),
});

/** By XState itself. */
export async function byOracle({ machine, input, script }: Case): Promise<Course> {
  const world = new World();
  const clock = new SimulatedClock(1_000_000);
  const actor = createActor(machine(world), {
    input,
    clock: xstatesClock(clock),
    logger: (...said) => world.note(said),
  });
  const values: unknown[] = [];
  actor.subscribe({ next: ({ value }) => push(values, value), error: () => {} });
  actor.start();
  push(values, actor.getSnapshot().value);
  await quiet();
  for (const step of script) {
    await take(step, world, {
      send: (event) => actor.send(event as never),
      wait: async (ms) => advance(clock, ms),
    });
    await quiet();
  }
  const { status, context, output } = actor.getSnapshot();
  const course = { values, status, context: shown(context), output: shown(output) };
  actor.stop();
  return { ...course, notes: world.notes };
}

async function take(
  [kind, what, value]: Step,
  world: World,
  doing: { send(event: unknown): void | Promise<void>; wait(ms: number): Promise<void> },
): Promise<void> {
  if (kind === 'send') await doing.send(what);
  else if (kind === 'wait') await doing.wait(what);
  else if (kind === 'answer') world.answer(what, value);
  else world.fail(what, value);
}

/** A store as one process sees it; after its death nothing of it is ever answered. */
export function mortal(store: EventStore): { store: EventStore; die(): void } {
  let dead = false;
  const never = new Promise<never>(() => {});
  const alive = new Proxy(store, {
    get(target, key) {
      // Politeness between processes is not tried here, and would wake every second and a half.
      if (key === 'leases') return undefined;
      const member = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (dead && key !== 'subscribe') return never;
        if (dead) return { close() {} };
        const answer = Reflect.apply(member, target, args);
        return answer instanceof Promise ? answer.then((value) => (dead ? never : value)) : answer;
      };
    },
  });
  return {
    store: alive,
    die: () => {
      dead = true;
    },
  };
}

/** By the durable runtime. The machine is made anew by each process, as a program makes it. */
export async function byRuntime(tried: Case, deaths: Deaths | (() => Deaths)): Promise<Course> {
  const world = new World();
  const clock = new SimulatedClock(1_000_000);
  const store = openMemoryStore();
  let process = await begin(tried, world, clock, store);
  await process.runtime.start({ id: 'tried', machine: 'tried', input: tried.input });
  await quiet();
  const next = async () => {
    const death = typeof deaths === 'function' ? deaths() : deaths;
    if (death === 'never') return;
    if (death === 'at rest') await process.runtime.close({ graceMs: 0 });
    else process.die();
    world.forget();
    process = await begin(tried, world, clock, store);
    await process.runtime.resume('tried');
    await quiet();
  };
  await next();
  for (const step of tried.script) {
    const team = process.runtime.team('tried');
    const { ended } = await team.state();
    if (!ended || step[0] !== 'send') {
      await take(step, world, {
        send: async (event) => void (await team.send(event as never)),
        wait: async (ms) => advance(clock, ms),
      });
    }
    await quiet();
    await next();
  }
  return courseOf(process.runtime, world);
}

/** Slowly enough that what is due at one time has been recorded before the next comes. */
async function advance(clock: SimulatedClock, ms: number): Promise<void> {
  const until = clock.now() + ms;
  for (let due = clock.next(); due !== undefined && due <= until; due = clock.next()) {
    clock.advanceTo(due);
    await quiet();
  }
  clock.advanceTo(until);
}

async function begin(tried: Case, world: World, clock: SimulatedClock, store: EventStore) {
  const seen = mortal(store);
  const runtime = createRuntime({
    store: seen.store,
    clock,
    machines: { tried: tried.machine(world) },
    logger: (...said) => world.note(said),
  });
  return { runtime, die: seen.die };
}

async function courseOf(runtime: Runtime, world: World): Promise<Course> {
  const team = runtime.team('tried');
  const values: unknown[] = [];
  for await (const { meta } of team.events()) push(values, meta.state?.['root']);
  const state = await team.state();
  const root = state.actors.get('root');
  const { divergence } = await runtime.replay('tried');
  if (divergence) throw new Error(`it diverges: ${JSON.stringify(divergence)}`);
  const { context, output } = root?.snapshot ?? {};
  const status = state.ended?.type === 'team.stopped' ? 'error' : root?.snapshot.status;
  await runtime.close();
  return { values, status, context: shown(context), output: shown(output), notes: world.notes };
}
