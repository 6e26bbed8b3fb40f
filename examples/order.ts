/**
 * A user's own machine, unchanged: an order with a credit check, in the manner of XState's documentation.
 * It brings its own promises; the runtime makes them durable.  npx tsx examples/order.ts
 */
import { createRuntime, openStore } from 'golden-horde';
import { assign, emit, fromPromise, setup } from 'xstate';

interface Order {
  amount: number;
  score: number | null;
}

const order = setup({
  types: {
    context: {} as Order,
    input: {} as { amount: number },
    events: {} as { type: 'order.confirmed' } | { type: 'order.cancelled' },
    emitted: {} as { type: 'credit.checked'; score: number },
  },
  actors: {
    checkCredit: fromPromise<number, { amount: number }>(async ({ input }) =>
      input.amount > 900 ? 510 : 720,
    ),
    ship: fromPromise(async () => 'parcel 42'),
  },
  guards: { isWorthy: (_, score: number) => score >= 600 },
  actions: { rememberScore: assign((_, score: number) => ({ score })) },
  delays: { patience: 60_000 },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ amount: input?.amount ?? 0, score: null }),
  initial: 'checkingCredit',
  states: {
    checkingCredit: {
      invoke: {
        src: 'checkCredit',
        input: ({ context }) => ({ amount: context.amount }),
        onDone: [
          {
            guard: { type: 'isWorthy', params: ({ event }) => event.output },
            target: 'awaitingConfirmation',
            actions: [
              { type: 'rememberScore', params: ({ event }) => event.output },
              emit(({ event }) => ({ type: 'credit.checked', score: event.output })),
            ],
          },
          { target: 'rejected' },
        ],
        onError: 'rejected',
      },
      after: { patience: 'rejected' },
    },
    awaitingConfirmation: {
      on: { 'order.confirmed': 'shipping', 'order.cancelled': 'rejected' },
      after: { patience: 'rejected' },
    },
    shipping: {
      invoke: { src: 'ship', onDone: 'shipped', onError: 'rejected' },
      after: { patience: 'rejected' },
    },
    shipped: { type: 'final' },
    rejected: { type: 'final' },
  },
  output: ({ context, self: _ }) => ({
    status: 'done',
    reason: 'order closed',
    score: context.score,
  }),
});

const runtime = createRuntime({ store: await openStore('memory:'), machines: { order } });
const team = await runtime.start({ machine: 'order', input: { amount: 250 } });
await team.send({ type: 'order.confirmed' });
console.log(await team.result());
for await (const { revision, type, data } of team.events())
  console.log(revision, type, JSON.stringify(data));
await runtime.close();
