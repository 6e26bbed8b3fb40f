import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  createMachine,
  emit,
  fromPromise,
  initialTransition,
  log,
  sendTo,
  setup,
  transition,
} from 'xstate';
import { type Effect, MachineFailure, type Step } from '../../src/actors/machine/effect.ts';
import { createInterpreter } from '../../src/actors/machine/interpreter.ts';
import type { Dice } from '../../src/events/words/scene.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { EVENTS, randomChart } from './random-chart.ts';

const at = { revision: 7, at: 1000 };

/** What XState's public functions give out, in the runtime's words. */
function effectsOf(actions: readonly any[]): Effect[] {
  return actions.flatMap(({ type, params }): Effect[] => {
    if (type === 'xstate.emit') return [{ kind: 'say', event: params.event }];
    if (type === 'xstate.spawnChild')
      return [{ kind: 'owe', invoke: params.id, src: params.src, input: params.input ?? null }];
    if (type === 'xstate.stopChild') return [{ kind: 'cancel', invoke: params.id }];
    if (type === 'xstate.raise' && params.delay !== undefined) {
      const { event, id, delay } = params;
      return [{ kind: 'arm', timer: id, event, delayMs: delay }];
    }
    if (type === 'xstate.cancel') return [{ kind: 'disarm', timer: params.sendId ?? params }];
    return [];
  });
}

const shape = (snapshot: AnyMachineSnapshot) => ({
  value: snapshot.value,
  context: snapshot.context,
  status: snapshot.status,
  output: snapshot.output,
  children: Object.keys(snapshot.children).filter((id) => snapshot.children[id]),
  tags: [...snapshot.tags],
});

/** The order of a state value's keys stands in the record, and follows from that of the states. */
const order = (snapshot: AnyMachineSnapshot) => [
  JSON.stringify(snapshot.value),
  snapshot._nodes.map(({ id }) => id),
];

/** The next thing to hear: an event, a time-out, or the end of something waited for. */
function nextEvent(dice: Dice, snapshot: AnyMachineSnapshot, armed: readonly string[]): any {
  const waits = Object.keys(snapshot.children).filter((id) => snapshot.children[id]);
  const kind = dice.pick(['event', 'event', 'result', 'timer']);
  if (kind === 'result' && waits.length > 0) {
    const invoke = dice.pick(waits);
    return dice.chance(0.5)
      ? { type: `xstate.done.actor.${invoke}`, output: { n: 1 }, actorId: invoke, ...at }
      : { type: `xstate.error.actor.${invoke}`, error: { kind: 'x' }, actorId: invoke, ...at };
  }
  if (kind === 'timer' && armed.length > 0) return { type: dice.pick(armed) };
  return { type: dice.pick(EVENTS), from: '', ...at };
}

describe('the interpreter of a chart', () => {
  it.each([
    ['with history', false],
    ['without', true],
  ])(
    'says the same as the public functions of XState, for any chart %s and any events',
    (_, rich) => {
      let heard = 0;
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
          const dice = throwDice('chart', seed);
          const machine = randomChart(dice, { rich });
          const interpreter = createInterpreter(machine, 'chart');
          let kept = interpreter.start({});
          let [open, actions] = initialTransition(machine as AnyStateMachine, {});
          expect(shape(kept.snapshot)).toEqual(shape(open as AnyMachineSnapshot));
          expect(kept.effects).toEqual(effectsOf(actions));
          const armed = new Set<string>();
          for (let i = 0; i < 25; i++) {
            for (const effect of kept.effects) if (effect.kind === 'arm') armed.add(effect.timer);
            const event = nextEvent(dice, kept.snapshot, [...armed]);
            const before = kept.snapshot;
            const known = open;
            try {
              [open, actions] = transition(machine, open as any, event);
            } catch (error) {
              const { message } = error as Error;
              expect(() => interpreter.hear(before, event)).toThrow(message);
              return;
            }
            kept = interpreter.hear(before, event);
            expect(shape(kept.snapshot)).toEqual(shape(open as AnyMachineSnapshot));
            expect(order(kept.snapshot)).toEqual(order(open as AnyMachineSnapshot));
            expect(kept.effects).toEqual(effectsOf(actions));
            expect(kept.snapshot === before).toBe(open === known);
            heard += 1;
          }
        }),
        { numRuns: 160, seed: 11 },
      );
      expect(heard).toBeGreaterThan(3_500);
    },
  );

  it('is not disturbed by other actors of the same machine that step in between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const dice = throwDice('two', seed);
        const machine = randomChart(dice);
        const shared = createInterpreter(machine, 'shared');
        const alone = createInterpreter(machine, 'alone');
        let [one, other, single]: Step[] = [shared.start({}), shared.start({}), alone.start({})];
        for (let i = 0; i < 15; i++) {
          const event = { type: dice.pick(EVENTS) };
          one = shared.hear(one!.snapshot, event);
          other = shared.hear(other!.snapshot, { type: dice.pick(EVENTS) });
          single = alone.hear(single!.snapshot, event);
          expect(shape(one.snapshot)).toEqual(shape(single.snapshot));
          expect(one.effects).toEqual(single.effects);
        }
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  it('brings a snapshot back from JSON so that nobody can tell the difference', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const dice = throwDice('revive', seed);
        const interpreter = createInterpreter(randomChart(dice), 'chart');
        let step = interpreter.start({});
        for (let i = 0; i < 12; i++) {
          const json = JSON.parse(JSON.stringify(interpreter.persist(step.snapshot)));
          const revived = interpreter.revive(json);
          expect(interpreter.persist(revived)).toEqual(json);
          const event = nextEvent(dice, step.snapshot, []);
          const next = interpreter.hear(revived, event);
          step = interpreter.hear(step.snapshot, event);
          expect(shape(next.snapshot)).toEqual(shape(step.snapshot));
          expect(next.effects).toEqual(step.effects);
        }
      }),
      { numRuns: 60, seed: 13 },
    );
  });
});

describe('the interpreter', () => {
  const failing = (config: object) => () =>
    createInterpreter(createMachine(config as any), 'm').start({});

  it('refuses what cannot be made durable by name, at the first step that asks for it', () => {
    expect(failing({ entry: () => {} })).toThrow(/machine "m" runs the action/);
    expect(failing({ entry: log('hello') })).toThrow(/xstate\.log/);
    const machine = createMachine({ on: { go: { actions: sendTo('x', { type: 'y' }) } } });
    const interpreter = createInterpreter(machine, 'm');
    const { snapshot } = interpreter.start({});
    expect(() => interpreter.hear(snapshot, { type: 'go' })).toThrow(MachineFailure);
  });

  it('refuses an actor spawned within assign, which would live outside of the record', () => {
    const child = createMachine({});
    const machine = setup({ actors: { child } }).createMachine({
      context: { ref: null as unknown },
      on: { go: { actions: assign({ ref: ({ spawn }) => spawn('child') }) } },
    });
    const interpreter = createInterpreter(machine, 'm');
    const { snapshot } = interpreter.start({});
    expect(() => interpreter.hear(snapshot, { type: 'go' })).toThrow(/spawn/);
  });

  it('throws for an error in each of the three ways of XState', () => {
    expect(
      failing({
        context: () => {
          throw new Error('in context');
        },
      }),
    ).toThrow(/in context/);
    const machine = createMachine({
      on: {
        go: {
          actions: assign(() => {
            throw new Error('in assign');
          }),
        },
      },
    });
    const interpreter = createInterpreter(machine, 'm');
    const { snapshot } = interpreter.start({});
    expect(() => interpreter.hear(snapshot, { type: 'go' })).toThrow(/in assign/);
    expect(() => interpreter.fail(snapshot, 'nobody', { kind: 'x' }, at)).toThrow(MachineFailure);
  });

  it('says in order what a step says, owes, arms and takes back', () => {
    const machine = setup({
      actors: { callModel: fromPromise<unknown, { n: number }>(() => Promise.reject()) },
      delays: { patience: 500 },
      actions: { tell: emit({ type: 'was.told' }) },
    }).createMachine({
      initial: 'idle',
      states: {
        idle: { on: { go: 'waiting' } },
        waiting: {
          id: 'waiting',
          entry: 'tell',
          invoke: { id: 'reply', src: 'callModel', input: { n: 1 } },
          after: { patience: 'idle' },
          on: { stop: 'idle' },
        },
      },
    });
    const interpreter = createInterpreter(machine, 'm');
    const idle = interpreter.start({});
    expect(idle.effects).toEqual([]);
    const waiting = interpreter.hear(idle.snapshot, { type: 'go' });
    expect(waiting.effects).toEqual([
      { kind: 'say', event: { type: 'was.told' } },
      {
        kind: 'arm',
        timer: 'xstate.after.patience.waiting',
        event: { type: 'xstate.after.patience.waiting' },
        delayMs: 500,
      },
      { kind: 'owe', invoke: 'reply', src: 'callModel', input: { n: 1 } },
    ]);
    const back = interpreter.hear(waiting.snapshot, { type: 'stop' });
    expect(back.effects).toEqual([
      { kind: 'disarm', timer: 'xstate.after.patience.waiting' },
      { kind: 'cancel', invoke: 'reply' },
    ]);
  });

  it('answers an event that nobody handles with the very same snapshot', () => {
    const interpreter = createInterpreter(createMachine({ on: { known: {} } }), 'm');
    const { snapshot } = interpreter.start({});
    const step = interpreter.hear(snapshot, { type: 'unknown' });
    expect(step.snapshot).toBe(snapshot);
    expect(step.effects).toEqual([]);
  });
});
