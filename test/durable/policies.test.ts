import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { quiet } from './runs.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

const calling = (world: World) =>
  setup({
    types: {} as any,
    actors: { call: fromPromise(({ signal }) => world.ask('call', undefined, signal)) },
  }).createMachine({
    context: { got: null, error: null },
    initial: 'calling',
    states: {
      calling: {
        invoke: {
          src: 'call',
          onDone: { target: 'done', actions: assign({ got: ({ event }: any) => event.output }) },
          onError: {
            target: 'failed',
            actions: assign({ error: ({ event }: any) => event.error }),
          },
        },
      },
      done: {},
      failed: {},
    },
  } as any);

describe('a policy for what a machine waits for', () => {
  it('tries again after a wait that grows, and the machine hears only of the last', async () => {
    const world = new World();
    const policies = { call: { attempts: 3, backoffMs: 100, factor: 3 } };
    const stage = new Stage({ m: { machine: calling(world), policies } });
    await stage.start();
    world.fail('call', new Error('busy'));
    await quiet();
    expect(world.waiting).toEqual([]);
    await stage.wait(99);
    expect(world.asked['call']).toBe(1);
    await stage.wait(1);
    world.fail('call', new Error('busy'));
    await quiet();
    await stage.wait(299);
    expect(world.asked['call']).toBe(2);
    await stage.wait(1);
    world.answer('call', 'at last');
    await quiet();
    expect(await stage.root()).toMatchObject({ value: 'done', context: { got: 'at last' } });
    expect(
      (await stage.data('work.delayed')).map(({ reason, attempt }) => [reason, attempt]),
    ).toEqual([
      ['retry: busy', 1],
      ['retry: busy', 2],
    ]);
    expect(await stage.divergence()).toBeNull();
  });

  it('keeps what is left of the attempts, and the date of the next, over a kill', async () => {
    const world = new World();
    const stage = new Stage({
      m: { machine: calling(world), policies: { call: { attempts: 2, backoffMs: 1000 } } },
    });
    await stage.start();
    world.fail('call', new Error('busy'));
    await quiet();
    await stage.wait(600);
    stage.kill();
    await stage.resume();
    expect(world.waiting).toEqual([]);
    await stage.wait(1000);
    world.fail('call', new Error('gone'));
    await quiet();
    const { value, context } = await stage.root();
    expect(value).toBe('failed');
    expect(context.error.message).toBe('gone');
  });

  it('breaks off an attempt that takes too long, by its signal', async () => {
    const world = new World();
    const stage = new Stage({
      m: { machine: calling(world), policies: { call: { timeoutMs: 500 } } },
    });
    await stage.start();
    await stage.wait(499);
    expect(world.waiting).toEqual(['call']);
    await stage.wait(1);
    expect(world.waiting).toEqual([]);
    const { error } = (await stage.root()).context;
    expect([error.kind, error.message]).toEqual([
      'timedOut',
      '"call" did not answer within 500 ms',
    ]);
  });
});

describe('the shape of events that a machine accepts', () => {
  it('refuses at the door what does not fit, and the team goes on', async () => {
    const accepts = {
      refund: z.object({ type: z.literal('refund'), item: z.object({ price: z.number() }) }),
    };
    const machine = createMachine({
      context: { undone: 0 },
      on: { refund: { actions: assign({ undone: ({ event }: any) => event.item.price }) } },
    } as any);
    const stage = new Stage({ m: { machine, accepts } });
    await stage.start();
    await expect(stage.team.send({ type: 'refund' })).rejects.toThrow(
      /^"refund" does not fit what the machine accepts at item: /,
    );
    await stage.send({ type: 'refund', item: { price: 3 } });
    expect((await stage.root()).context.undone).toBe(3);
    expect(await stage.types()).not.toContain('team.stopped');
  });
});
