/** What the runtime relies on in XState: an upgrade that breaks a fact says which, by its number in the design. */
import { describe, expect, it } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  emit,
  fromPromise,
  initialTransition,
  setup,
  transition,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import packageJson from '../../package.json' with { type: 'json' };

const work = fromPromise<number, { n: number }>(async () => {
  throw new Error('must not run');
});

const machine = setup({
  types: {} as { context: { n: number }; events: any; emitted: any },
  actors: { work },
  delays: { patience: 1000 },
}).createMachine({
  id: 'm',
  context: { n: 0 },
  initial: 'idle',
  states: {
    idle: { on: { go: 'waiting', never: { guard: () => false, target: 'waiting' } } },
    waiting: {
      id: 'waiting',
      entry: emit({ type: 'was.told' }),
      invoke: {
        id: 'reply',
        src: 'work',
        input: { n: 1 },
        onDone: { target: 'done', actions: assign({ n: ({ event }) => event.output }) },
        onError: 'failed',
      },
      after: { patience: 'failed' },
    },
    done: { type: 'final' },
    failed: {},
  },
});
const [idle] = initialTransition(machine);
const [waiting, entered] = transition(machine, idle, { type: 'go' });
const raw = (actions: readonly unknown[]) => actions as { type: string; params: any }[];

describe('facts of XState', () => {
  it('0: it is pinned exactly', () => {
    expect(packageJson.dependencies.xstate).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('1: a transition is pure: no action runs, no child starts, no timer is armed', async () => {
    let ran = 0;
    const noisy = createMachine({
      initial: 'a',
      states: {
        a: { on: { go: 'b' } },
        b: {
          entry: () => {
            ran += 1;
          },
          invoke: {
            src: fromPromise(async () => {
              ran += 1;
            }),
          },
        },
      },
    });
    const [before] = initialTransition(noisy);
    transition(noisy, before, { type: 'go' });
    await Promise.resolve();
    expect(ran).toBe(0);
  });

  it('2: what is wanted comes back as data: emit, after, invoke, and their taking back', () => {
    const told = raw(entered).map(({ type, params }) => [type, params.event ?? params.id]);
    expect(told).toEqual([
      ['xstate.emit', { type: 'was.told' }],
      ['xstate.raise', { type: 'xstate.after.patience.waiting' }],
      ['xstate.spawnChild', 'reply'],
    ]);
    const invoked = raw(entered)[2]!.params;
    expect(invoked).toMatchObject({ id: 'reply', src: 'work', input: { n: 1 } });
    expect(raw(entered)[1]!.params.delay).toBe(1000);
    const [, left] = transition(machine, waiting, { type: 'xstate.after.patience.waiting' } as any);
    expect(raw(left).map(({ type }) => type)).toEqual(['xstate.cancel', 'xstate.stopChild']);
  });

  it('3: a result is fed as an event, and onDone and onError then work', () => {
    const done = { type: 'xstate.done.actor.reply', output: 5, actorId: 'reply' };
    const [after] = transition(machine, waiting, done as any);
    expect([after.value, after.context, after.status]).toEqual(['done', { n: 5 }, 'done']);
    const error = { type: 'xstate.error.actor.reply', error: { kind: 'x' }, actorId: 'reply' };
    expect(transition(machine, waiting, error as any)[0].value).toBe('failed');
  });

  it('4: an event without a legal transition gives the same snapshot and no actions', () => {
    for (const type of ['unknown', 'never']) {
      const [after, actions] = transition(machine, idle, { type } as any);
      expect(after).toBe(idle);
      expect(actions).toEqual([]);
      expect(idle.can({ type } as any)).toBe(false);
    }
    expect(idle.can({ type: 'go' })).toBe(true);
  });

  it('5: the context factory runs again without input, and its errors are swallowed then', () => {
    const inputs: unknown[] = [];
    const strict = createMachine({
      context: ({ input }: { input: any }) => {
        inputs.push(input);
        return { name: input.name as string };
      },
      on: { go: {} },
    });
    const [first] = initialTransition(strict, { name: 'x' });
    transition(strict, first, { type: 'go' });
    expect(inputs).toContain(undefined);
    expect(first.context).toEqual({ name: 'x' });
  });

  it('7: an error on entry is returned, one in a transition thrown, an unhandled failure returned', () => {
    const fails = () => {
      throw new Error('bad');
    };
    const onEntry = createMachine({ context: {}, entry: assign(fails) } as any);
    expect(initialTransition(onEntry)[0].status).toBe('error');
    const inTransition = createMachine({
      context: {},
      on: { go: { actions: assign(fails) } },
    } as any);
    const [fine] = initialTransition(inTransition);
    expect(() => transition(inTransition, fine, { type: 'go' })).toThrow('bad');
    const unhandled = { type: 'xstate.error.actor.nobody', error: new Error('lost') };
    expect(transition(machine, idle, unhandled as any)[0].status).toBe('error');
  });

  it('8: a snapshot is revived from JSON by an actor that is never started, history and children too', () => {
    const json = JSON.parse(JSON.stringify(machine.getPersistedSnapshot(waiting as never)));
    const revived = createActor(machine, { snapshot: json }).getSnapshot();
    expect(revived.value).toBe('waiting');
    expect(Object.keys(revived.children)).toEqual(['reply']);
    const done = { type: 'xstate.done.actor.reply', output: 2, actorId: 'reply' };
    expect(transition(machine, revived, done as any)[0].value).toBe('done');
  });

  it('9: a delayed event is named by its delay and by the id of its state', () => {
    expect(raw(entered)[1]!.params.event.type).toBe('xstate.after.patience.waiting');
  });

  it('10: a cycle of eventless transitions ends by maxIterations', () => {
    const endless = createMachine({
      initial: 'a',
      states: { a: { always: 'b' }, b: { always: 'a' } },
      options: { maxIterations: 50 },
    } as any);
    const [snapshot] = initialTransition(endless);
    expect(snapshot.status).toBe('error');
  });

  it('13a: a result is matched by the invoke id alone, so a stale one must never be fed', () => {
    const shared = setup({ actors: { work } }).createMachine({
      initial: 'a',
      states: {
        a: { invoke: { id: 'same', src: 'work', input: { n: 1 } }, on: { go: 'b' } },
        b: { invoke: { id: 'same', src: 'work', input: { n: 2 }, onDone: 'c' } },
        c: {},
      },
    });
    const [a] = initialTransition(shared);
    const [b] = transition(shared, a, { type: 'go' } as any);
    const stale = { type: 'xstate.done.actor.same', output: 'of a', actorId: 'same' };
    expect(transition(shared, b, stale as any)[0].value).toBe('c');
  });

  it('13b: a key that is undefined is lost when a snapshot is revived', () => {
    const holed = createMachine({ context: { kept: null, lost: undefined } as any });
    const [open] = initialTransition(holed);
    const json = JSON.parse(JSON.stringify(holed.getPersistedSnapshot(open)));
    expect(Object.keys(createActor(holed, { snapshot: json }).getSnapshot().context)).toEqual([
      'kept',
    ]);
  });

  it('15: paths through a machine with waits and timers are found when their events are given', () => {
    const events = [
      { type: 'go' },
      { type: 'xstate.done.actor.reply', output: 1, actorId: 'reply' },
      { type: 'xstate.after.patience.waiting' },
    ];
    const paths = getShortestPaths(machine, {
      events: events as any,
      filterEvents: (state: any, event: any) => state.can(event),
      limit: 100,
    } as any);
    const reached = new Set(paths.map(({ state }: any) => state.value));
    expect([...reached].sort()).toEqual(['done', 'failed', 'idle', 'waiting']);
  });
});
