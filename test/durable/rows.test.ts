/**
 * The smallest inputs that once failed, each under its own name.
 */
import { describe, expect, it } from 'vitest';
import {
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import { createRuntime } from '../../src/actors/runtime.ts';
import { TeamExists } from '../../src/actors/team-plan.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { quiet } from './runs.ts';
import { BEGUN, Stage } from './stage.ts';
import { World } from './world.ts';

const any = {} as any;

/** Waits for one promise, which the world answers. */
const waiting = (world: World, more: object = {}) =>
  setup({
    types: any,
    actors: { work: fromPromise(({ input }) => world.ask('work', input)) },
  }).createMachine({
    context: { got: null, error: null },
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
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
    ...more,
  } as any);

describe('the smallest inputs that once failed', () => {
  it('row 1: work under way when the process closes is not settled, and is run again by the next leader', async () => {
    const world = new World();
    const stage = new Stage({ m: waiting(world) });
    await stage.start();
    await stage.restart();
    expect(await stage.types()).not.toContain('work.done');
    world.forget();
    await stage.resume();
    world.answer('work', 'there');
    await quiet();
    expect((await stage.root()).context.got).toBe('there');
    expect(world.asked['work']).toBe(2);
  });

  it('row 2: the same after a kill', async () => {
    const world = new World();
    const stage = new Stage({ m: waiting(world) });
    await stage.start();
    stage.kill();
    world.forget();
    await stage.resume();
    world.answer('work', 'there');
    await quiet();
    expect((await stage.root()).value).toBe('done');
  });

  it('row 3: a delay is due at its date, however often nobody led in between', async () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 3000: 'b' } }, b: {} },
    });
    const stage = new Stage({ m: machine });
    await stage.start();
    for (let restarts = 0; restarts < 5; restarts++) {
      await stage.wait(400);
      await stage.restart();
      await stage.wait(100);
      await stage.resume();
    }
    await stage.wait(499);
    expect((await stage.root()).value).toBe('a');
    await stage.wait(1);
    expect((await stage.root()).value).toBe('b');
    const [fired] = await stage.data('timer.fired');
    expect(fired.dueAt).toBe(BEGUN + 3000);
  });

  it('row 4: one team that cannot be led holds up no other', async () => {
    const still = () => createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
    const stage = new Stage({ gone: still(), m: still() });
    await stage.runtime.start({ id: 'first', machine: 'gone' });
    await stage.runtime.start({ id: 'second', machine: 'm' });
    await stage.runtime.start({ id: 'third', machine: 'm' });
    await stage.restart({ m: still() });
    const { led, left } = await stage.runtime.recover();
    expect(led.map(({ id }) => id)).toEqual(['second', 'third']);
    expect(left.map(({ team }) => team)).toEqual(['first']);
    expect(left[0]?.reason.message).toContain('no machine "gone" is registered');
  });

  it('row 5: what was drawn once is the same for ever', async () => {
    const stage = new Stage({
      m: createMachine({
        context: { token: '', at: 0, luck: 0 },
        entry: assign({
          token: () => crypto.randomUUID(),
          at: () => Date.now(),
          luck: () => Math.random(),
        }) as any,
      }),
    });
    await stage.start();
    const { context } = await stage.root();
    expect(context.at).toBe(BEGUN);
    await stage.wait(50);
    await stage.restart();
    expect((await stage.root()).context).toEqual(context);
    expect((await stage.root()).context).toEqual(context);
    expect(await stage.divergence()).toBeNull();
  });

  it('row 6: onError hears the very value that was thrown, or an Error with name, code and cause', async () => {
    const world = new World();
    const machine = setup({
      types: any,
      actors: { work: fromPromise(() => world.ask('work')) },
    }).createMachine({
      context: { error: null },
      initial: 'working',
      states: {
        working: {
          invoke: {
            src: 'work',
            onError: [
              {
                guard: ({ event }: any) => event.error.type === 'ServiceNotAvailable',
                target: 'away',
              },
              { target: 'failed', actions: assign({ error: ({ event }: any) => event.error }) },
            ],
          },
        },
        away: { on: { again: 'working' } },
        failed: {},
      },
    } as any);
    const stage = new Stage({ m: machine });
    await stage.start();
    world.fail('work', { type: 'ServiceNotAvailable' });
    await quiet();
    expect((await stage.root()).value).toBe('away');
    await stage.send({ type: 'again' });
    world.fail('work', Object.assign(new RangeError('far', { cause: 'near' }), { code: 'E1' }));
    await quiet();
    const { error } = (await stage.root()).context;
    expect(error).toBeInstanceOf(RangeError);
    expect([error.message, error.code, error.cause]).toEqual(['far', 'E1', 'near']);
    expect(JSON.stringify(await stage.data('work.failed'))).not.toContain('[object');
  });

  it('row 7: Date, Map, Set, NaN, BigInt and undefined are equal after close and resume', async () => {
    const held = {
      date: new Date(7),
      map: new Map([['k', { s: new Set([1n]) }]]),
      nan: Number.NaN,
      nothing: undefined,
      big: 2n ** 70n,
    };
    const stage = new Stage({
      m: createMachine({
        context: ({ input }: any) => ({ held: input, heard: null }),
        on: { tell: { actions: assign({ heard: ({ event }: any) => event.what }) } },
      } as any),
    });
    await stage.start('m', held);
    await stage.send({ type: 'tell', what: held });
    await stage.restart();
    await stage.resume();
    expect((await stage.root()).context).toStrictEqual({ held, heard: held });
    expect(await stage.divergence()).toBeNull();
  });

  it('row 8: an effect class belongs to the machine that names it', async () => {
    const world = new World();
    const charging = () =>
      setup({
        types: any,
        actors: { charge: fromPromise(() => world.ask('charge')) },
      }).createMachine({
        initial: 'charging',
        states: { charging: { invoke: { src: 'charge', onError: 'unknown' } }, unknown: {} },
      } as any);
    const stage = new Stage({
      a: { machine: charging(), effects: { charge: 'once' } },
      b: charging(),
    });
    await stage.runtime.start({ id: 'a', machine: 'a' });
    await stage.runtime.start({ id: 'b', machine: 'b' });
    await quiet();
    const effectOf = async (id: string) => {
      for await (const { type, data } of stage.runtime.team(id).events())
        if (type === 'work.admitted') return data['effect'];
      return undefined;
    };
    expect([await effectOf('a'), await effectOf('b')]).toEqual(['once', 'repeatable']);
  });

  it("row 10: an own machine's words are its own, whatever the horde means by them", async () => {
    const stage = new Stage({
      m: setup({ types: any }).createMachine({
        context: { heard: [] },
        on: {
          'review.approved': {
            actions: [
              assign({ heard: ({ context, event }: any) => [...context.heard, event.by] }),
              emit({ type: 'task.created', id: 1 }),
            ],
          },
        },
      } as any),
    });
    await stage.start();
    await stage.send({ type: 'review.approved', by: 'me' });
    expect((await stage.root()).context.heard).toEqual(['me']);
    expect(await stage.data('task.created')).toEqual([{ id: 1 }]);
    await expect(stage.team.send({ type: 'work.done', output: 1 })).rejects.toThrow(
      '"work.done" is a word of the runtime\'s own, and may not be sent',
    );
  });

  it('row 11: in an own machine `to` is data like any other', async () => {
    const stage = new Stage({
      m: createMachine({
        on: {
          go: {
            actions: [
              emit({ type: 'email.sent', to: 'bob@example.com' }),
              emit({ type: 'x', to: 5 }),
            ],
          },
        },
      } as any),
    });
    await stage.start();
    await stage.send({ type: 'go' });
    expect(await stage.data('email.sent')).toEqual([{ to: 'bob@example.com' }]);
    expect(await stage.data('x')).toEqual([{ to: 5 }]);
  });

  it('row 12: a delayed raise that is said twice is heard twice', async () => {
    const stage = new Stage({
      m: createMachine({
        context: { ticks: [] },
        on: {
          go: {
            actions: raise(({ event }: any) => ({ type: 'tick', n: event.n }), { delay: 200 }),
          },
          tick: {
            actions: assign({ ticks: ({ context, event }: any) => [...context.ticks, event.n] }),
          },
        },
      } as any),
    });
    await stage.start();
    await stage.send({ type: 'go', n: 1 });
    await stage.send({ type: 'go', n: 2 });
    await stage.wait(200);
    expect((await stage.root()).context.ticks).toEqual([1, 2]);
  });

  it('row 13: a delay of Infinity never fires, and one of NaN is refused by name', async () => {
    const delayed = (delay: number) =>
      setup({ types: any, delays: { some: () => delay } }).createMachine({
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: { after: { some: 'c' } }, c: {} },
      } as any);
    const stage = new Stage({ m: delayed(Number.POSITIVE_INFINITY) });
    await stage.start();
    await stage.send({ type: 'go' });
    await stage.restart();
    await stage.resume();
    await stage.wait(10 ** 9);
    expect((await stage.root()).value).toBe('b');
    const refused = new Stage({ m: delayed(Number.NaN) });
    await refused.start();
    await refused.send({ type: 'go' });
    expect((await refused.data('team.stopped'))[0].detail).toMatch(
      /machine "m" delays "xstate.after.some.*" by NaN: a delay is a number of milliseconds/,
    );
  });

  it("row 14: a literal context is nobody's: each team begins with its own", async () => {
    const stage = new Stage({
      m: createMachine({
        context: { l: [] as number[] },
        on: {
          put: {
            actions: assign(({ context, event }: any) => {
              context.l.push(event.n);
              return {};
            }) as any,
          },
        },
      }),
    });
    await stage.start();
    await stage.send({ type: 'put', n: 1 });
    await stage.runtime.start({ id: 'other', machine: 'm' });
    await quiet();
    const other = await stage.runtime.team('other').state();
    expect(other.actors.get('root')?.snapshot.context).toEqual({ l: [] });
    expect((await stage.root()).context).toEqual({ l: [1] });
  });

  it('row 15: an id that exists is refused to another machine or input', async () => {
    const stage = new Stage({ m: createMachine({}), other: createMachine({}) });
    await stage.start('m', { n: 1 });
    const again = await stage.runtime.start({ id: 't', machine: 'm', input: { n: 1 } });
    expect(again.id).toBe('t');
    await expect(
      stage.runtime.start({ id: 't', machine: 'other', input: { n: 1 } }),
    ).rejects.toThrow(TeamExists);
    await expect(stage.runtime.start({ id: 't', machine: 'm', input: { n: 2 } })).rejects.toThrow(
      TeamExists,
    );
  });

  it('row 16: a machine that polls 1,001 times goes on', { timeout: 120_000 }, async () => {
    const machine = setup({
      types: any,
      actors: { poll: fromPromise(async () => 'running') },
    }).createMachine({
      context: { polls: 0 },
      initial: 'polling',
      states: {
        polling: {
          invoke: {
            src: 'poll',
            onDone: [
              {
                guard: ({ context }: any) => context.polls < 1001,
                target: 'polling',
                reenter: true,
                actions: assign({ polls: ({ context }: any) => context.polls + 1 }),
              },
              { target: 'over' },
            ],
          },
        },
        over: { type: 'final' },
      },
      output: ({ context }: any) => context.polls,
    } as any);
    const runtime = createRuntime({ store: openMemoryStore(), machines: { m: machine } });
    const team = await runtime.start({ machine: 'm' });
    expect(await team.result()).toMatchObject({ status: 'done', output: 1001 });
    await runtime.close();
  });

  it('row 17: a team that a malformed event has stopped goes on with repaired code', async () => {
    const shop = (price: (event: any) => number) =>
      setup({ types: any }).createMachine({
        context: { total: 0, undone: 0 },
        initial: 'open',
        states: {
          open: {
            after: { 1000: 'closed' },
            on: {
              buy: { actions: assign({ total: ({ context }: any) => context.total + 1 }) },
              refund: { actions: assign({ undone: ({ event }: any) => price(event) }) },
            },
          },
          closed: {},
        },
      } as any);
    const stage = new Stage({ m: shop((event) => event.item.price) });
    await stage.start();
    await stage.send({ type: 'buy' });
    await stage.send({ type: 'refund' });
    expect(await stage.team.result()).toMatchObject({ status: 'stopped' });
    await expect(stage.runtime.retry('t')).rejects.toThrow(/team t would stop again: .*price/);
    expect((await stage.types()).at(-1)).toBe('team.stopped');

    await stage.restart({ m: shop((event) => event.item?.price ?? 0) });
    await stage.runtime.retry('t');
    await quiet();
    expect((await stage.root()).context).toEqual({ total: 1, undone: 0 });
    await stage.send({ type: 'buy' });
    await stage.wait(1000);
    expect(await stage.root()).toMatchObject({ value: 'closed', context: { total: 2 } });
    expect(await stage.divergence()).toBeNull();
    await expect(stage.runtime.retry('t')).rejects.toThrow(/was not stopped by a turn/);
  });

  it("row 18: XState's own words are refused from outside", async () => {
    const world = new World();
    const stage = new Stage({ m: waiting(world) });
    await stage.start();
    const forged = { type: 'xstate.done.actor.0.(machine).working', output: 'forged' };
    await expect(stage.team.send(forged)).rejects.toThrow(/is a word of the runtime's own/);
    expect((await stage.root()).value).toBe('working');
  });

  it('row 19: a changed machine is named by revision, actor, expected and found state, with the ways on', async () => {
    const order = (states: object) => createMachine({ initial: 'cart', states } as any);
    const stage = new Stage({ m: order({ cart: { on: { pay: 'paid' } }, paid: {} }) });
    await stage.start();
    await stage.send({ type: 'pay' });
    await stage.restart({
      m: order({ cart: { on: { pay: 'checking' } }, checking: { on: { ok: 'paid' } }, paid: {} }),
    });
    await expect(stage.resume()).rejects.toThrow(
      /team-t@2 diverges: at "pay" actor "root" was recorded in state "paid", and the machines now bring it to "checking"\. Ways on: .*version.*migrate.*fork \(--at 1\)/,
    );
  });

  it('row 20: what a step says by references is recorded and heard', async () => {
    const child = setup({ types: any }).createMachine({
      entry: ({ self }: any) => self._parent.send({ type: 'from.child' }),
      on: { hi: { actions: sendParent({ type: 'hello' }) } },
    });
    const stage = new Stage({
      m: setup({ types: any, actors: { child } }).createMachine({
        context: { heard: [] },
        invoke: {
          id: 'child',
          src: 'child',
          systemId: 'kid',
          onSnapshot: {
            actions: assign({ heard: ({ context }: any) => [...context.heard, 'snapshot'] }),
          },
        },
        on: {
          go: {
            actions: [
              assign(({ self }: any) => {
                self.send({ type: 'own' });
                return {};
              }),
              sendTo(({ system }: any) => system.get('kid'), { type: 'hi' }),
            ],
          },
          '*': {
            actions: assign({ heard: ({ context, event }: any) => [...context.heard, event.type] }),
          },
        },
      } as any),
    });
    await stage.start();
    expect((await stage.root()).context.heard).toEqual(['snapshot', 'from.child']);
    await stage.send({ type: 'go' });
    expect((await stage.root()).context.heard).toEqual([
      'snapshot',
      'from.child',
      'own',
      'hello',
      'snapshot',
    ]);
    expect(await stage.divergence()).toBeNull();
  });

  it('row 21: a promise without a result gives undefined', async () => {
    const world = new World();
    const stage = new Stage({ m: waiting(world) });
    await stage.start();
    world.answer('work', undefined);
    await quiet();
    expect((await stage.root()).context.got).toBeUndefined();
  });

  it('keeps what a custom action throws, and what it was run for stands', async () => {
    const stage = new Stage({
      m: createMachine({
        context: { n: 0 },
        on: {
          go: {
            actions: enqueueActions(({ enqueue }: any) => {
              enqueue.assign({ n: 1 });
              enqueue(() => {
                throw new Error('no printer');
              });
            }),
          },
        },
      } as any),
    });
    await stage.start();
    await stage.send({ type: 'go' });
    expect((await stage.root()).context.n).toBe(1);
    expect(JSON.stringify(await stage.data('actor.faltered'))).toContain('no printer');
    expect(await stage.divergence()).toBeNull();
  });
});
