/**
 * A worker of one's own: it says what repeating it means, and names the events its results are recorded as.
 * npx tsx examples/custom-worker.ts
 */
import { createRuntime, defineEvent, openStore, type Worker, WorkFailure } from 'golden-horde';
import { assign, fromPromise, setup } from 'xstate';
import { z } from 'zod';

const rateQuoted = defineEvent(
  'rate.quoted',
  z.strictObject({ currency: z.string(), rate: z.number() }),
);
const rateFailed = defineEvent(
  'rate.failed',
  z.strictObject({ kind: z.string(), message: z.string() }),
);

const quoteRate: Worker<{ currency: string }> = {
  effect: 'repeatable',
  records: { done: rateQuoted, failed: rateFailed },
  async run({ currency }) {
    const rate = { EUR: 1.08, GBP: 1.27 }[currency];
    if (rate === undefined) throw new WorkFailure('unknownCurrency', `no rate for ${currency}`);
    return { currency, rate };
  },
};

const quote = setup({
  types: {
    context: {} as { currency: string; rate: number | null },
    input: {} as { currency: string },
  },
  // Only declared: the worker of this name does it.
  actors: {
    quoteRate: fromPromise<{ rate: number }, { currency: string }>(() => Promise.reject()),
  },
}).createMachine({
  id: 'quote',
  context: ({ input }) => ({ currency: input?.currency ?? '', rate: null }),
  initial: 'quoting',
  states: {
    quoting: {
      invoke: {
        id: 'rate',
        src: 'quoteRate',
        input: ({ context }) => ({ currency: context.currency }),
        onDone: { target: 'quoted', actions: assign(({ event }) => ({ rate: event.output.rate })) },
        onError: 'unquoted',
      },
      after: { 5000: 'unquoted' },
    },
    quoted: { type: 'final' },
    unquoted: { type: 'final' },
  },
  output: ({ context }) => ({
    reason: context.rate === null ? 'no rate' : `1 ${context.currency} = $${context.rate}`,
  }),
});

const runtime = createRuntime({
  store: await openStore('memory:'),
  machines: { quote },
  workers: { quoteRate },
  events: [rateQuoted, rateFailed],
});
for (const currency of ['EUR', 'XYZ']) {
  const team = await runtime.start({ machine: 'quote', input: { currency } });
  console.log((await team.result()).reason);
}
await runtime.close();
