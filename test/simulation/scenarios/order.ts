/**
 * An order: its credit is checked (paid, retried a bounded number of times), stock is reserved (once only),
 * then parcel and invoice go their ways side by side. A customer may call, change the address while the
 * order is open, and ask for it to end.
 */
import { assign, emit, setup } from 'xstate';
import type { Chat, Scenario } from '../scenario.ts';
import { declared } from './declared.ts';
import { shopEvents } from './shop-events.ts';
import { shopHands, shopWorkers } from './shop-hands.ts';

const order = setup({
  types: {} as {
    context: { tries: number; calls: number; note: string };
    input: { patienceMs: number };
    events: any;
    emitted: any;
    output: { status: 'done' | 'failed'; reason: string };
  },
  actors: {
    checkCredit: declared,
    reserveStock: declared,
    writeInvoice: declared,
    lookUp: declared,
  },
  guards: { mayRetry: ({ context }) => context.tries < 3 },
  actions: {
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    countCall: assign({ calls: ({ context }) => context.calls + 1 }),
    refuseCall: emit(({ event }) => ({ type: 'parcel.moved', nth: event.nth ?? 0 })),
    noteFailure: assign({ note: ({ event }) => String(event.error?.kind ?? 'none') }),
  },
  delays: { backOff: ({ context }) => 500 * 2 ** context.tries },
}).createMachine({
  id: 'order',
  context: { tries: 0, calls: 0, note: '' },
  initial: 'open',
  output: ({ context }: { context: { note: string } }) => ({
    status: context.note === '' ? ('done' as const) : ('failed' as const),
    reason: context.note || 'delivered',
  }),
  on: { 'customer.called': { actions: ['countCall', 'refuseCall'] } },
  states: {
    open: {
      id: 'open',
      initial: 'checking',
      after: { 900000: { target: 'closed', actions: assign({ note: 'too slow' }) } },
      on: { 'team.stopRequested': { target: 'closed', actions: assign({ note: 'stopped' }) } },
      onDone: 'fulfilling',
      states: {
        checking: {
          id: 'checking',
          invoke: {
            id: 'credit',
            src: 'checkCredit',
            input: ({ context }: any) => ({ tries: context.tries }),
            onDone: [
              { guard: ({ event }) => event.output.approved === true, target: 'reserving' },
              { target: '#order.closed', actions: assign({ note: 'no credit' }) },
            ],
            onError: [
              { guard: 'mayRetry', target: 'waiting' },
              { target: '#order.closed', actions: 'noteFailure' },
            ],
          },
          after: { 30000: [{ guard: 'mayRetry', target: 'waiting' }, { target: '#order.closed' }] },
        },
        waiting: { id: 'waiting', entry: 'countTry', after: { backOff: 'checking' } },
        reserving: {
          id: 'reserving',
          invoke: {
            id: 'stock',
            src: 'reserveStock',
            input: {},
            onDone: 'reserved',
            onError: { target: '#order.closed', actions: 'noteFailure' },
          },
          after: { 120000: '#order.closed' },
        },
        reserved: { type: 'final' },
      },
    },
    fulfilling: {
      type: 'parallel',
      onDone: 'closed',
      states: {
        parcel: {
          initial: 'packing',
          states: {
            packing: {
              id: 'packing',
              invoke: {
                id: 'look',
                src: 'lookUp',
                input: { what: 'box' },
                onDone: 'sent',
                onError: 'sent',
              },
              after: { 20000: 'sent' },
            },
            sent: { id: 'sent', after: { 5000: 'arrived' } },
            arrived: { type: 'final' },
          },
        },
        invoice: {
          initial: 'writing',
          states: {
            writing: {
              id: 'writing',
              invoke: {
                id: 'page',
                src: 'writeInvoice',
                input: {},
                onDone: 'written',
                onError: 'writing again',
              },
              after: { 40000: 'written' },
            },
            'writing again': { id: 'again', after: { 1000: 'written' } },
            written: { type: 'final' },
          },
        },
      },
    },
    closed: { type: 'final' },
  },
});

export const orders: Scenario = {
  name: 'order',
  machines: () => ({ order: { machine: order, hears: [] } }),
  events: shopEvents,
  works: Object.keys(shopHands),
  workers: shopWorkers,
  start: (dice) => ({
    machine: 'order',
    input: {},
    limits: {
      tokens: dice.pick([1500, 4000, 100_000]),
      synthesisTokens: 0,
      ...(dice.chance(0.3) ? { usd: 0.02 } : {}),
      ...(dice.chance(0.3) ? { timeMs: 200_000 } : {}),
    },
  }),
  chatter: (dice): Chat[] => [
    ...Array.from({ length: dice.int(0, 6) }, (_, nth) => ({
      event: { type: 'customer.called', about: 'the parcel', nth },
      ...(dice.chance(0.3) ? { to: ['root', 'nobody'] } : {}),
    })),
    ...(dice.chance(0.2) ? [{ event: { type: 'team.paused', by: 'a person' } }] : []),
    ...(dice.chance(0.3) ? [{ event: { type: 'gossip.heard', said: 'x' } }] : []),
    { event: { type: 'team.continued', by: 'a person' } },
    ...(dice.chance(0.2) ? [{ event: { type: 'work.admitted', work: 'none' } }] : []),
    ...(dice.chance(0.2)
      ? [{ event: { type: 'team.stopRequested', team: 'simulated', reason: 'enough', by: 'me' } }]
      : []),
  ],
};
