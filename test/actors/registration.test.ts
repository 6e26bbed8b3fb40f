import { describe, expect, it } from 'vitest';
import {
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromPromise,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
} from 'xstate';
import {
  type MachineSource,
  RegistrationError,
} from '../../src/actors/machine/registered-machine.ts';
import { registerMachine } from '../../src/actors/machine/registration.ts';
import { createRuntime } from '../../src/actors/runtime.ts';
import { openStore } from '../../src/events/stores/open-store.ts';
import { hordeMachines } from '../../src/machines/index.ts';

const anyWorker = () => true;
const noWorker = () => false;
const problemsOf = (machine: any, hasWorker = noWorker, more: Partial<MachineSource> = {}) => {
  try {
    registerMachine('m', { machine, words: 'team', ...more }, hasWorker);
  } catch (error) {
    if (error instanceof RegistrationError) return error.problems.join('\n');
    throw error;
  }
  return '';
};

describe('a machine that goes round in circles', () => {
  const circle = () =>
    createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    });

  it.each(['team', 'own'] as const)(
    'is refused by name, not run for ever, with words of its %s',
    async (words) => {
      const store = await openStore('memory:');
      const runtime = createRuntime({ store, machines: { circle: { machine: circle(), words } } });
      const team = await runtime.start({ machine: 'circle', actor: 'root' });
      await team.send({ type: 'go' }, { to: ['root'] });
      const { reason } = await team.result();
      expect(reason).toMatch(/^poisoned: machine "circle".*more than 10000 microsteps/);
      await runtime.close();
      await store.close();
    },
  );

  it('keeps a bound of its own', () => {
    const machine = createMachine({ ...circle().config, options: { maxIterations: 7 } } as never);
    const { interpreter } = registerMachine('m', { machine, words: 'team' }, () => false);
    const { snapshot } = interpreter.start(null);
    expect(() => interpreter.hear(snapshot, { type: 'go' })).toThrow(/more than 7 microsteps/);
  });
});

describe('a literal context', () => {
  const list = (items: number[]) =>
    createMachine({
      context: { items },
      on: {
        add: {
          actions: assign(({ context, event }) => {
            context.items.push(event['n'] as number);
            return {};
          }),
        },
      },
    });

  it('is each actor’s own, also when a machine changes it in place', () => {
    const { interpreter } = registerMachine('m', { machine: list([]), words: 'team' }, noWorker);
    const { snapshot } = interpreter.start(null);
    expect(interpreter.hear(snapshot, { type: 'add', n: 1 }).snapshot.context.items).toEqual([1]);
    expect(interpreter.start(null).snapshot.context.items).toEqual([]);
  });

  it.each(['team', 'own'] as const)(
    'is part of what the machine is known by, with words of its %s',
    (words) => {
      const printOf = (items: number[]) =>
        registerMachine('m', { machine: list(items), words }, noWorker).fingerprint;
      expect(printOf([1])).toBe(printOf([1]));
      expect(printOf([1])).not.toBe(printOf([2]));
    },
  );
});

describe('registration', () => {
  it('takes the machines of the horde', () => {
    for (const [name, source] of Object.entries(hordeMachines))
      expect(registerMachine(name, source, anyWorker).warnings, name).toEqual([]);
  });

  it.each([
    [
      'a function as entry',
      { entry: function shout() {} },
      /the root, entry: "shout" is a side-effect/,
    ],
    [
      'a function on exit',
      { initial: 'a', states: { a: { exit: () => {} } } },
      /"a", exit: .*side-effect/,
    ],
    [
      'a function in a transition',
      { on: { go: { actions: () => {} } } },
      /the root, on go: .*side-effect/,
    ],
    [
      'a function in always',
      { always: { guard: () => false, actions: () => {} } },
      /always: .*side-effect/,
    ],
    ['sendTo', { entry: sendTo('x', { type: 'y' }) }, /sendTo: say it with emit/],
    ['log', { entry: log('x') }, /log: say it with emit/],
    ['spawnChild', { entry: spawnChild('x' as never) }, /spawnChild: wait for it with invoke/],
    [
      'an action that is not there',
      { entry: 'missing' },
      /the action "missing" is not implemented/,
    ],
  ])('refuses %s and says where', (_what, config, problem) => {
    expect(problemsOf(createMachine(config as any))).toMatch(problem);
  });

  it('takes assign, emit, raise and enqueueActions', () => {
    const machine = createMachine({
      context: { n: 0 },
      entry: [assign({ n: 1 }), raise({ type: 'go' }), enqueueActions(() => {})] as any,
    });
    expect(problemsOf(machine)).toBe('');
  });

  it('refuses a wait that nobody can do', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { invoke: { id: 'x', src: 'ghost' } } },
    });
    expect(problemsOf(machine)).toMatch(/"a" waits for "ghost" \(invoke "x"\): .*no worker/);
    expect(problemsOf(machine, anyWorker)).toBe('');
  });

  it('takes a promise of the machine itself, and refuses logic that talks back', () => {
    const own = setup({ actors: { own: fromPromise(async () => 1) } }).createMachine({
      invoke: { src: 'own' },
    });
    expect(problemsOf(own)).toBe('');
    const callback = setup({ actors: { own: fromCallback(() => {}) } }).createMachine({
      invoke: { src: 'own' },
    });
    expect(problemsOf(callback)).toMatch(/its logic is not a promise/);
    const child = setup({ actors: { own: createMachine({}) } }).createMachine({
      invoke: { src: 'own' },
    });
    expect(problemsOf(child)).toMatch(/its logic is not a promise/);
  });

  it('refuses an invoke id that can be active twice, in parallel or above and below', () => {
    const waits = { invoke: { id: 'reply', src: 'work' } };
    const parallel = createMachine({ type: 'parallel', states: { a: waits, b: waits } });
    expect(problemsOf(parallel, anyWorker)).toMatch(/"a" and "b" can be active together and share/);
    const nested = createMachine({ ...waits, initial: 'a', states: { a: waits } });
    expect(problemsOf(nested, anyWorker)).toMatch(/the root and "a" can be active together/);
    const either = createMachine({ initial: 'a', states: { a: waits, b: waits } });
    expect(problemsOf(either, anyWorker)).toBe('');
  });

  it('warns of a wait without an answer to success, failure or time-out, and refuses it when strict', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { invoke: { id: 'x', src: 'work' } } },
    });
    const { warnings } = registerMachine('m', { machine, words: 'team' }, anyWorker);
    expect(warnings).toEqual([
      '"a" waits for "work" and does not answer success (onDone), failure (onError), time-out (after)',
    ]);
    expect(problemsOf(machine, anyWorker, { strict: true })).toMatch(/does not answer/);
  });

  it('finds a time-out above the waiting state', () => {
    const machine = createMachine({
      initial: 'a',
      after: { 1000: '.b' },
      states: { a: { invoke: { id: 'x', src: 'work', onDone: 'b', onError: 'b' } }, b: {} },
    });
    expect(problemsOf(machine, anyWorker, { strict: true })).toBe('');
  });

  it('gives the input to, and hears the end of, a wait that only a worker knows', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { invoke: { id: 'x', src: 'work', input: { n: 1 } }, on: { stop: 'b' } },
        b: {},
      },
    });
    const { interpreter } = registerMachine('m', { machine, words: 'team' }, anyWorker);
    const { snapshot, effects } = interpreter.start({});
    expect(effects).toEqual([{ kind: 'owe', invoke: 'x', src: 'work', input: { n: 1 } }]);
    expect(interpreter.hear(snapshot, { type: 'stop' }).effects).toEqual([
      { kind: 'cancel', invoke: 'x' },
    ]);
  });

  it('hears by topic', () => {
    const { hears } = registerMachine(
      'm',
      { machine: createMachine({}), hears: ['task.*', 'agent.>'] },
      noWorker,
    );
    const heard = ['task.created', 'task.sub.created', 'agent.turn.ended', 'agent'].map(hears);
    expect(heard).toEqual([true, false, true, false]);
  });

  it('fingerprints chart and implementations, not the object that holds them', () => {
    const make = (delay: number, add: number) =>
      registerMachine(
        'm',
        createMachine({
          context: { n: 0 },
          initial: 'a',
          states: { a: { id: 'a', after: { [delay]: 'b' } }, b: {} },
          entry: assign(
            add === 1
              ? { n: ({ context }) => context.n + 1 }
              : { n: ({ context }) => context.n + 2 },
          ),
        } as any),
        noWorker,
      ).fingerprint;
    expect(make(100, 1)).toBe(make(100, 1));
    expect(make(100, 1)).not.toBe(make(200, 1));
    expect(make(100, 1)).not.toBe(make(100, 2));
  });

  it('refuses a side effect in the actions of an initial transition', () => {
    const machine = createMachine({
      initial: { target: 'a', actions: () => {} } as any,
      states: { a: {} },
    });
    expect(problemsOf(machine)).toMatch(/initial/);
  });

  it('refuses a systemId, which two actors of one machine could not both have', () => {
    const machine = createMachine({ invoke: { id: 'x', src: 'work', systemId: 'one' } as any });
    expect(problemsOf(machine, anyWorker)).toMatch(/systemId/);
  });
});
