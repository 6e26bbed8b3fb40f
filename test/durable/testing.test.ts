import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { CrashShows, crashAnywhere, given, tried } from '../../src/testing.ts';

const order = setup({
  types: {} as any,
  actors: { charge: fromPromise(async ({ input }: any) => ({ receipt: input.total * 2 })) },
}).createMachine({
  context: ({ input }: any) => ({ total: input?.total ?? 1, receipt: null }),
  initial: 'cart',
  states: {
    cart: { on: { checkout: 'charging' }, after: { 60000: 'abandoned' } },
    charging: {
      invoke: {
        src: 'charge',
        input: ({ context }: any) => ({ total: context.total }),
        onDone: {
          target: 'paid',
          actions: assign({ receipt: ({ event }: any) => event.output.receipt }),
        },
      },
    },
    paid: { after: { 1000: 'shipped' } },
    shipped: { type: 'final' },
    abandoned: { type: 'final' },
  },
  output: ({ context }: any) => context.receipt,
});

describe('golden-horde/testing', () => {
  it('says in one sentence what a machine does', async () => {
    await given(order, { type: 'checkout' })
      .with({ input: { total: 21 } })
      .when({ waitMs: 1000 })
      .thenIt(({ value, output, status }) =>
        expect({ value, output, status }).toEqual({ value: 'shipped', output: 42, status: 'done' }),
      );
    await given(order)
      .when({ waitMs: 60_000 })
      .thenIt(({ value }) => expect(value).toBe('abandoned'));
  });

  it('leads a trial by hand, with processes that come and go', async () => {
    const trial = await tried(order, { input: { total: 3 } });
    await trial.wait(59_000);
    await trial.kill();
    expect((await trial.standing()).value).toBe('cart');
    await trial.send({ type: 'checkout' });
    await trial.restart();
    expect((await trial.standing()).value).toBe('paid');
    expect((await trial.events()).map(({ type }) => type)).toContain('work.done');
    await trial.close();
  });

  it('kills the process after every append, and finds that it does not show', async () => {
    const { deaths, standing } = await crashAnywhere(order, [
      { type: 'checkout' },
      { waitMs: 1000 },
    ]);
    expect(standing.value).toBe('shipped');
    expect(deaths).toBeGreaterThan(4);
  });

  it('would fail for a machine whose work must not be done twice and that does not say what then', async () => {
    const slow = order.provide({
      actors: {
        charge: fromPromise(async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return { receipt: 1 };
        }),
      } as any,
    });
    const once = { machine: slow, effects: { charge: 'once' as const } };
    await expect(crashAnywhere(once, [{ type: 'checkout' }, { waitMs: 1000 }])).rejects.toThrow(
      CrashShows,
    );
  });
});
