/**
 * The ring as plain XState machines, for ours and for the bare loop: a root that seats the agents, and one
 * agent machine that waits for the text, asks the model, and hands the answer on.
 *
 * Every wait answers success, failure and time-out, as the house demands of its own machines.
 */
import { assign, emit, enqueueActions, fromPromise, setup } from 'xstate';
import { z } from 'zod';

export const eventShapes = {
  'seat.taken': z.strictObject({
    actor: z.string(),
    machine: z.string(),
    input: z.strictObject({ agent: z.int(), next: z.string(), answers: z.int() }),
  }),
  'draft.handed': z.strictObject({ count: z.int(), text: z.string() }),
  'ring.closed': z.strictObject({ count: z.int() }),
  'answer.given': z.strictObject({ text: z.string() }),
  'answer.failed': z.strictObject({ kind: z.string(), message: z.string() }),
};

interface AgentContext {
  agent: number;
  next: string;
  answers: number;
  /** How many answers the ring has given so far. */
  count: number;
}

type Handed = { type: 'draft.handed'; count: number; text: string };

export const agent = setup({
  types: {
    context: {} as AgentContext,
    input: {} as Omit<AgentContext, 'count'>,
    events: {} as Handed,
    emitted: {} as
      | { type: 'draft.handed'; to: string; count: number; text: string }
      | { type: 'ring.closed'; to: string; count: number },
  },
  actors: {
    askModel: fromPromise<{ text: string }, { agent: number; count: number }>(() =>
      Promise.reject(),
    ),
  },
  guards: { isEnough: ({ context }) => context.count + 1 >= context.answers },
  delays: { patience: 60_000 },
  actions: {
    remember: assign({ count: ({ event }) => event.count }),
    closeRing: emit(({ context }) => ({
      type: 'ring.closed',
      to: 'root',
      count: context.count + 1,
    })),
    giveUp: emit(({ context }) => ({ type: 'ring.closed', to: 'root', count: context.count })),
  },
}).createMachine({
  id: 'agent',
  context: ({ input }) => ({ agent: 0, next: '', answers: 0, ...input, count: 0 }),
  initial: 'waiting',
  states: {
    waiting: { on: { 'draft.handed': { target: 'thinking', actions: 'remember' } } },
    thinking: {
      id: 'thinking',
      invoke: {
        id: 'answer',
        src: 'askModel',
        input: ({ context }) => ({ agent: context.agent, count: context.count }),
        onDone: [
          { guard: 'isEnough', target: 'waiting', actions: 'closeRing' },
          {
            target: 'waiting',
            actions: emit(({ context, event }) => ({
              type: 'draft.handed',
              to: context.next,
              count: context.count + 1,
              text: event.output.text,
            })),
          },
        ],
        onError: { target: 'waiting', actions: 'giveUp' },
      },
      after: { patience: { target: 'waiting', actions: 'giveUp' } },
    },
  },
});

interface RingInput {
  agents: number;
  answers: number;
}

export const ring = setup({
  types: {
    context: {} as RingInput,
    input: {} as RingInput,
    events: {} as { type: 'ring.closed' },
  },
  actions: {
    open: enqueueActions(({ context: { agents, answers }, enqueue }) => {
      for (let i = 0; i < agents; i++) {
        const input = { agent: i, next: `a${(i + 1) % agents}`, answers };
        enqueue.emit({ type: 'seat.taken', actor: `a${i}`, machine: 'agent', input } as never);
      }
      const text = 'Design the migration';
      enqueue.emit({ type: 'draft.handed', to: 'a0', count: 0, text } as never);
    }),
  },
}).createMachine({
  id: 'ring',
  context: ({ input }) => ({ agents: 0, answers: 0, ...input }),
  entry: 'open',
  initial: 'turning',
  states: {
    turning: { on: { 'ring.closed': 'closed' } },
    closed: { type: 'final' },
  },
});
