/**
 * Ping-pong: pairs of players send a ball to and fro, a paid check in between, until each has played enough;
 * the root counts the pairs that have finished.
 */
import { assign, emit, setup } from 'xstate';
import type { Scenario } from '../scenario.ts';
import { declared } from './declared.ts';
import { shopEvents } from './shop-events.ts';
import { shopHands, shopWorkers } from './shop-hands.ts';

const player = setup({
  types: {} as {
    context: { partner: string; serves: boolean; played: number; balls: number };
    input: { partner: string; serves: boolean; balls: number };
    events: any;
    emitted: any;
  },
  actors: { checkCredit: declared },
  actions: {
    play: emit(({ context }) => ({
      type: 'ball.played',
      to: context.partner,
      nth: context.played,
      text: 'ball '.repeat(context.played + 1),
    })),
    count: assign({ played: ({ context }) => context.played + 1 }),
    tell: emit(({ context }) => ({ type: 'pair.finished', played: context.played })),
  },
  guards: { enough: ({ context }) => context.played >= context.balls },
}).createMachine({
  id: 'player',
  context: ({ input }) => ({
    partner: input?.partner ?? '',
    serves: input?.serves ?? false,
    balls: input?.balls ?? 0,
    played: 0,
  }),
  initial: 'ready',
  on: { 'team.stopRequested': '.over' },
  states: {
    ready: {
      id: 'ready',
      always: { guard: ({ context }) => context.serves && context.played === 0, target: 'looking' },
      on: { 'ball.played': 'looking' },
      after: { 300000: 'over' },
    },
    looking: {
      id: 'looking',
      invoke: {
        id: 'look',
        src: 'checkCredit',
        input: {},
        onDone: 'playing',
        onError: 'playing',
      },
      after: { 15000: 'playing' },
    },
    playing: {
      entry: ['count', 'play'],
      always: [{ guard: 'enough', target: 'over' }, { target: 'ready' }],
    },
    over: { entry: 'tell', type: 'final' },
  },
});

const invite = (pair: number, side: 'left' | 'right') =>
  emit(({ context }: any) => ({
    type: 'actor.joined',
    actor: `${side}-${pair}`,
    machine: 'player',
    input: {
      partner: `${side === 'left' ? 'right' : 'left'}-${pair}`,
      serves: side === 'right',
      balls: context.balls,
    },
  }));
const invitations: any = [0, 1, 2].flatMap((pair) => [invite(pair, 'left'), invite(pair, 'right')]);

const court = setup({
  types: {} as {
    context: { pairs: number; finished: number; balls: number };
    input: { pairs: number; balls: number };
    events: any;
    emitted: any;
    output: any;
  },
  actions: {
    open: emit(({ context }) => ({
      type: 'round.started',
      round: 1,
      of: context.pairs,
      title: 'play',
    })),
  },
}).createMachine({
  id: 'court',
  context: ({ input }) => ({ pairs: input?.pairs ?? 0, balls: input?.balls ?? 0, finished: 0 }),
  initial: 'playing',
  output: ({ context }: { context: { finished: number } }) => ({
    status: 'done',
    reason: `${context.finished} have finished`,
  }),
  entry: 'open',
  states: {
    playing: {
      id: 'playing',
      entry: invitations,
      on: {
        'actor.done': [
          { guard: ({ context }) => context.finished >= 5, target: 'over' },
          { actions: assign({ finished: ({ context }) => context.finished + 1 }) },
        ],
        'team.stopRequested': 'over',
      },
      after: { 2000000: 'over' },
    },
    over: { type: 'final' },
  },
});

export const pairs: Scenario = {
  name: 'pairs',
  machines: () => ({
    player: { machine: player, hears: [] },
    court: { machine: court, hears: ['actor.done', 'limit.neared'] },
  }),
  events: shopEvents,
  works: Object.keys(shopHands),
  workers: shopWorkers,
  start: (dice) => ({
    machine: 'court',
    actor: 'court',
    input: { pairs: 3, balls: dice.int(1, 6) },
    limits: {
      tokens: dice.pick([3000, 20_000, 1_000_000]),
      synthesisTokens: 500,
      messagesPerActor: dice.pick([2, 20]),
      works: dice.pick([5, 1000]),
    },
  }),
  chatter: (dice) =>
    Array.from({ length: dice.int(0, 4) }, (_, nth) => ({
      event: { type: 'ball.played', nth, text: 'from the stands' },
      to: [dice.pick(['left-0', 'right-2', 'nobody', 'court'])],
    })),
};
