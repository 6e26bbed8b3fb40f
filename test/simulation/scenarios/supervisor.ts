/**
 * A supervisor: it lets helpers join, takes away those that are slow in the middle of their work, lets a
 * successor sit down under the same name, and ends when enough has been done or it has no patience left.
 */
import { assign, emit, setup } from 'xstate';
import type { Scenario } from '../scenario.ts';
import { declared } from './declared.ts';
import { shopEvents } from './shop-events.ts';
import { shopHands, shopWorkers } from './shop-hands.ts';

const helper = setup({
  types: {} as { context: { done: number }; events: any; emitted: any; input: { src: string } },
  actors: {
    checkCredit: declared,
    reserveStock: declared,
    lookUp: declared,
  },
  actions: { tell: emit(({ context }) => ({ type: 'parcel.moved', nth: context.done })) },
}).createMachine({
  id: 'helper',
  context: { done: 0 },
  type: 'parallel',
  states: {
    paying: {
      initial: 'work',
      states: {
        work: {
          id: 'pay',
          invoke: { id: 'pay', src: 'checkCredit', input: {}, onDone: 'rest', onError: 'rest' },
          after: { 50000: 'rest' },
        },
        rest: { id: 'rest', entry: ['tell'], after: { 2000: 'work' } },
      },
    },
    looking: {
      initial: 'work',
      states: {
        work: {
          id: 'lookAgain',
          invoke: { id: 'look', src: 'lookUp', input: {}, onDone: 'stock', onError: 'stock' },
          after: { 30000: 'stock' },
        },
        stock: {
          id: 'stock',
          invoke: { id: 'stock', src: 'reserveStock', input: {}, onDone: 'work', onError: 'idle' },
          on: { 'customer.called': { target: 'work', reenter: true } },
          after: { 30000: 'work' },
        },
        idle: { id: 'idle', after: { 10000: 'work' } },
      },
    },
  },
});

const names = ['ann', 'bob', 'cid'];
const supervisor = setup({
  types: {} as {
    context: { moved: number; shifts: number; shiftsMax: number };
    events: any;
    emitted: any;
    input: { shifts: number };
    output: any;
  },
  actions: {
    hire: emit(({ context }) => ({
      type: 'actor.joined',
      actor: names[context.shifts % 3]!,
      machine: 'helper',
      input: {},
    })),
    dismiss: emit(({ context }) => ({
      type: 'actor.left',
      actor: names[context.shifts % 3]!,
      reason: 'too slow',
    })),
    nextShift: assign({ shifts: ({ context }) => context.shifts + 1 }),
    call: emit(({ context }) => ({
      type: 'customer.called',
      to: [names[(context.shifts + 1) % 3]!, names[context.shifts % 3]!],
      about: 'again',
      nth: context.shifts,
    })),
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ moved: 0, shifts: 0, shiftsMax: input?.shifts ?? 0 }),
  initial: 'shift',
  output: ({ context }: { context: { moved: number } }) => ({
    status: 'done',
    reason: `${context.moved} moved`,
  }),
  on: {
    'parcel.moved': { actions: assign({ moved: ({ context }) => context.moved + 1 }) },
    'team.stopRequested': '.over',
  },
  states: {
    shift: {
      id: 'shift',
      entry: ['nextShift', 'dismiss', 'hire', 'call'],
      always: { guard: ({ context }) => context.shifts > context.shiftsMax, target: 'over' },
      after: { 25000: { target: 'shift', reenter: true } },
      on: { 'limit.neared': { target: 'shift', reenter: true } },
    },
    over: { type: 'final' },
  },
});

export const supervisors: Scenario = {
  name: 'supervisor',
  machines: () => ({
    helper: { machine: helper, hears: [] },
    supervisor: { machine: supervisor, hears: ['parcel.moved', 'limit.neared'] },
  }),
  events: shopEvents,
  works: Object.keys(shopHands),
  workers: shopWorkers,
  start: (dice) => ({
    machine: 'supervisor',
    input: { shifts: dice.int(2, 12) },
    limits: {
      tokens: dice.pick([2500, 12_000, 1_000_000]),
      synthesisTokens: 0,
      ...(dice.chance(0.3) ? { timeMs: 150_000 } : {}),
      works: dice.pick([10, 1000]),
    },
  }),
  chatter: (dice) =>
    Array.from({ length: dice.int(0, 4) }, (_, nth) => ({
      event: { type: 'customer.called', about: 'work', nth },
      to: [dice.pick(names)],
    })),
};
