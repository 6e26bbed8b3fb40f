/**
 * A family of small teams for tests: a parent that waits for children, children that think a few times, a store
 * that processes lose at any append.
 */
import { assign, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { RuntimeOptions } from '../../src/actors/runtime-options.ts';
import type { Worker } from '../../src/actors/worker.ts';
import { usage } from '../../src/events/amounts.ts';
import { defineEvent, type RawEvent } from '../../src/events/event.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { runTeam } from '../../src/hands/child/run-team.ts';

const declared = fromPromise<any, any>(() => {
  throw new Error('only declared');
});

const thoughtOf = defineEvent('thought.come', z.strictObject({ nth: z.int(), usage }));
const thoughtFailed = defineEvent(
  'thought.failed',
  z.strictObject({ kind: z.string(), message: z.string() }),
);
export const familyEvents = [thoughtOf, thoughtFailed];

/** Thinks so many times, one after the other, and says how often it could. */
export const thinker = setup({
  types: {} as { context: { left: number; thought: number }; input: { thoughts: number } },
  actors: { think: declared },
  guards: { hasMore: ({ context }) => context.left > 0 },
  actions: {
    count: assign({
      left: ({ context }) => context.left - 1,
      thought: ({ context }) => context.thought + 1,
    }),
  },
}).createMachine({
  id: 'thinker',
  context: ({ input }) => ({ left: input?.thoughts ?? 0, thought: 0 }),
  initial: 'deciding',
  output: ({ context }: { context: { thought: number } }) => ({
    status: context.thought > 0 ? 'done' : 'failed',
    reason: `thought ${context.thought} times`,
  }),
  on: { 'team.stopRequested': '.over' },
  states: {
    deciding: { always: [{ guard: 'hasMore', target: 'thinking' }, { target: 'over' }] },
    thinking: {
      id: 'thinking',
      invoke: {
        id: 'thought',
        src: 'think',
        input: ({ context }: { context: { thought: number } }) => ({ nth: context.thought }),
        onDone: { target: 'deciding', actions: 'count' },
        onError: 'over',
      },
      after: { 600000: 'over' },
    },
    over: { type: 'final' },
  },
});

export interface ParentInput {
  /** One plan a child, all at once. */
  plans: { machine: string; input: any; limits?: object }[];
  patienceMs?: number;
}

/** Waits for two children side by side, each for a while, and tells what came of them. */
export const parent = setup({
  types: {} as {
    context: { input: ParentInput; ends: string[] };
    input: ParentInput;
    events: any;
  },
  actors: { runTeam: declared },
  delays: { patience: ({ context }) => context.input.patienceMs ?? 3_600_000 },
  actions: {
    noteEnd: assign(({ context, event }) => {
      const { output, error } = event as any;
      const told = output
        ? `${output.team} ${output.reason}`
        : `${error.kind} ${error.limit ?? error.reason ?? error.message}`;
      return { ends: [...context.ends, told].sort() };
    }),
  },
}).createMachine({
  id: 'parent',
  context: ({ input }) => ({ input: input ?? { plans: [] }, ends: [] }),
  type: 'parallel',
  output: ({ context }) => ({
    status: 'done',
    reason: context.ends.join('; '),
    ends: context.ends,
  }),
  states: Object.fromEntries(
    [0, 1].map((i) => [
      `child${i}`,
      {
        initial: 'waiting',
        states: {
          waiting: {
            id: `waiting${i}`,
            always: {
              guard: ({ context }: any) => context.input.plans[i] === undefined,
              target: 'over',
            },
            invoke: {
              id: `team${i}`,
              src: 'runTeam',
              input: ({ context }: any) => ({ plan: context.input.plans[i] }),
              onDone: { target: 'over', actions: 'noteEnd' },
              onError: { target: 'over', actions: 'noteEnd' },
            },
            after: { patience: 'over' },
          },
          over: { type: 'final' },
        },
      },
    ]),
  ) as any,
});

export const familyMachines = { thinker: { machine: thinker }, parent: { machine: parent } };

const PER_THOUGHT = { input: 60, output: 40 };

/** Thinks at once, or when it is let; `begun` lists the thoughts by the work they were for. */
export function thinking(gate: () => Promise<void> = async () => {}) {
  const begun: string[] = [];
  const think: Worker<{ nth: number }> = {
    effect: 'paid',
    records: { done: thoughtOf, failed: thoughtFailed },
    reserve: () => ({
      inputTokens: PER_THOUGHT.input,
      outputTokens: PER_THOUGHT.output,
      outputTokensMin: PER_THOUGHT.output,
      usd: (input, output) => (input + output) * 1e-5,
    }),
    async run({ nth }, { team, work, attempt, signal }) {
      begun.push(`${team} ${work} ${attempt}`);
      await Promise.race([
        gate(),
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
      ]);
      const { input: inputTokens, output: outputTokens } = PER_THOUGHT;
      return {
        nth,
        usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 1e-3 },
      };
    },
  };
  return { begun, workers: { think, runTeam } };
}

export function family(store: EventStore, options: Partial<RuntimeOptions> = {}): Runtime {
  const { workers } = thinking();
  return createRuntime({
    store,
    machines: familyMachines,
    workers,
    events: familyEvents,
    ...options,
  });
}

/**
 * The store as a process sees it that dies at its `appends`-th append: before it, or after it has been written.
 * From then on nothing is answered any more.
 */
export function dyingStore(store: EventStore, appends: number, written: boolean) {
  let left = appends;
  let die = () => {};
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const never = new Promise<never>(() => {});
  const alive = <Value>(look: () => Promise<Value>) => (left < 0 ? never : look());
  const subscriptions: (() => void)[] = [];
  const dying: EventStore = {
    url: store.url,
    async append(...args) {
      if (left < 0) return never;
      if (left-- > 0) return store.append(...args);
      for (const close of subscriptions) close();
      if (written) await store.append(...args).catch(() => undefined);
      die();
      return never;
    },
    read: (...args) => alive(() => store.read(...args)),
    readAll: (...args) => alive(() => store.readAll(...args)),
    head: (...args) => alive(() => store.head(...args)),
    streams: (...args) => alive(() => store.streams(...args)),
    subscribe(options) {
      if (left < 0) return { close() {} };
      const subscription = store.subscribe({
        ...options,
        onEvents: (events) => (left < 0 ? never : options.onEvents(events)),
      });
      subscriptions.push(() => subscription.close());
      return subscription;
    },
    close: async () => {},
  };
  return { store: dying, dead };
}

/** The port alone: no leases, no snapshots. */
export const bare = (store: EventStore): EventStore => ({
  url: store.url,
  append: (...args) => store.append(...args),
  read: (...args) => store.read(...args),
  readAll: (...args) => store.readAll(...args),
  head: (...args) => store.head(...args),
  streams: (...args) => store.streams(...args),
  subscribe: (options) => store.subscribe(options),
  close: async () => {},
});

export { openMemoryStore };

export const dataOf = (raw: RawEvent) => JSON.parse(raw.data);

export async function streamOf(store: EventStore, team: string): Promise<RawEvent[]> {
  return store.read(`team-${team}` as never);
}
