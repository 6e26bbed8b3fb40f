import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { z } from 'zod';
import { SimulatedClock } from '../../src/actors/clock.ts';
import type { Governor, Permit } from '../../src/actors/governor/governor.ts';
import { createGovernor } from '../../src/actors/governor/token-governor.ts';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { Worker } from '../../src/actors/worker.ts';
import { WorkFailure } from '../../src/actors/worker.ts';
import { NO_USAGE } from '../../src/events/amounts.ts';
import { defineEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { StoreFailure } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

const machine = createMachine({
  id: 'm',
  initial: 'waiting',
  context: { heard: null },
  output: ({ event }: any) => ({ status: 'done', reason: 'over', heard: event.output ?? null }),
  states: {
    waiting: {
      id: 'waiting',
      invoke: {
        id: 'x',
        src: 'work',
        onDone: 'over',
        onError: { target: 'over' },
      },
      on: { 'leave.it': 'left' },
      after: { 600000: 'over' },
    },
    left: { id: 'left', after: { 1000: 'over' } },
    over: { type: 'final' },
  },
} as any);

const settled = () => new Promise((resolve) => setImmediate(resolve));
async function passing(clock: SimulatedClock, ms: number): Promise<void> {
  await settled();
  for (const end = clock.now() + ms; clock.now() < end; ) {
    clock.advanceTo(Math.min(end, Math.max(clock.next() ?? end, clock.now() + 1)));
    await settled();
  }
}

/** A governor that keeps count of what it gave out and got back. */
function watched(governor: Governor) {
  const book = { out: 0, most: 0, given: 0, back: 0 };
  const noted = (permit: Permit): Permit => {
    book.given += 1;
    book.out += 1;
    book.most = Math.max(book.most, book.out);
    return {
      leave(...how) {
        book.back += 1;
        book.out -= 1;
        permit.leave(...how);
      },
    };
  };
  const watching: Governor = {
    enter(...asked) {
      const entry = governor.enter(...asked);
      if ('now' in entry) return { now: noted(entry.now) };
      if ('soon' in entry) return { ...entry, soon: entry.soon.then(noted) };
      return entry;
    },
    look: (...asked) => governor.look(...asked),
  };
  return { book, watching };
}

const paid = (run: Worker['run']): Worker => ({ effect: 'paid', governedBy: () => 'key', run });

function setting(worker: Worker, governor: Governor) {
  const clock = new SimulatedClock(1000);
  const store = openMemoryStore({ now: () => clock.now() });
  const runtime = createRuntime({
    store,
    machines: { m: machine },
    workers: { work: worker },
    clock,
    governor,
  });
  const typesOf = async (id: string) =>
    (await store.read(`team-${id}` as StreamName)).map(({ type }) => type);
  return { clock, runtime, typesOf };
}

describe('execution under a governor', () => {
  it('never has more calls under way than it was given leave for, and gives all leave back', async () => {
    const { book, watching } = watched(createGovernor({ concurrency: 2, burst: 100 }));
    let under = 0;
    let most = 0;
    const worker = paid(async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => clock.wake(clock.now() + 100, () => resolve(undefined)));
      under -= 1;
      return { ok: true };
    });
    const { clock, runtime, typesOf } = setting(worker, watching);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) await runtime.start({ id, machine: 'm' });
    await passing(clock, 5000);
    for (const id of ids) expect((await typesOf(id)).at(-1), id).toBe('team.dissolved');
    expect(most).toBe(2);
    expect(book).toMatchObject({ out: 0, most: 2 });
    expect(book.back).toBe(book.given);
  });

  it('records how long the rate lets a call wait, reserves once, and begins it then', async () => {
    const { book, watching } = watched(createGovernor({ requestsPerMinute: 60, burst: 1 }));
    const { clock, runtime, typesOf } = setting(
      paid(async () => ({ ok: true })),
      watching,
    );
    for (const id of ['a', 'b', 'c']) await runtime.start({ id, machine: 'm' });
    expect(await typesOf('c')).toEqual(['team.formed', 'leader.took', 'work.delayed']);
    await passing(clock, 5000);
    expect(await typesOf('c')).toEqual([
      ...['team.formed', 'leader.took', 'work.delayed', 'timer.fired', 'work.admitted'],
      ...['work.started', 'work.done', 'team.dissolved'],
    ]);
    expect(book).toMatchObject({ given: 3, back: 3 });
  });

  it('fails work at once while the circuit is open, also what already waited in the queue', async () => {
    const governor = createGovernor({ concurrency: 1, failuresToOpen: 1, burst: 100 });
    const { book, watching } = watched(governor);
    const broken = paid(async () => {
      throw new WorkFailure('transient', 'no');
    });
    const { clock, runtime, typesOf } = setting(broken, watching);
    for (const id of ['a', 'b', 'c']) await runtime.start({ id, machine: 'm' });
    await passing(clock, 5000);
    for (const id of ['a', 'b', 'c'])
      expect((await typesOf(id)).slice(-2), id).toEqual(['work.failed', 'team.dissolved']);
    expect(book.back).toBe(book.given);
  });

  it('asks nobody while a key rests as its provider asked, whichever team asks', async () => {
    const { book, watching } = watched(createGovernor({ burst: 100 }));
    const begun: number[] = [];
    const limited = paid(async () => {
      begun.push(clock.now());
      if (begun.length > 1) return { ok: true };
      throw new WorkFailure('rateLimited', 'slow down', { retryAfterMs: 300_000 });
    });
    const { clock, runtime, typesOf } = setting(limited, watching);
    await runtime.start({ id: 'a', machine: 'm' });
    await passing(clock, 10);
    const rested = clock.now();
    for (const id of ['b', 'c']) await runtime.start({ id, machine: 'm' });
    expect((await typesOf('b')).at(-1)).toBe('work.delayed');
    await passing(clock, 400_000);
    for (const id of ['b', 'c']) expect((await typesOf(id)).at(-1), id).toBe('team.dissolved');
    expect(begun).toHaveLength(3);
    expect(Math.min(...begun.slice(1)) - begun[0]!).toBeGreaterThanOrEqual(300_000);
    expect(rested - begun[0]!).toBeLessThan(300_000);
    expect(book.back).toBe(book.given);
  });

  it('records a failure whatever its worker adds to it', async () => {
    const odd = paid(async () => {
      throw new WorkFailure('odd', 'no', {
        retryAfterMs: Number.POSITIVE_INFINITY,
        usage: { ...NO_USAGE, inputTokens: 2 ** 60 },
        extra: { deep: true },
      });
    });
    const { clock, runtime, typesOf } = setting(odd, createGovernor());
    await runtime.start({ id: 'a', machine: 'm' });
    await passing(clock, 5000);
    expect((await typesOf('a')).slice(-2)).toEqual(['work.failed', 'team.dissolved']);
  });

  it('gives its place in the queue back when nobody waits any more', async () => {
    const { book, watching } = watched(createGovernor({ concurrency: 1, burst: 100 }));
    const worker = paid(
      (_input, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { clock, runtime, typesOf } = setting(worker, watching);
    for (const id of ['a', 'b', 'c']) await runtime.start({ id, machine: 'm' });
    await runtime.team('b').send({ type: 'leave.it' });
    await passing(clock, 10);
    expect((await typesOf('b')).at(-1)).toBe('work.cancelled');
    await runtime.team('a').send({ type: 'leave.it' });
    await passing(clock, 10);
    expect((await typesOf('c')).at(-1)).toBe('work.started');
    await passing(clock, 700_000);
    expect(book).toMatchObject({ out: 0, most: 1 });
  });
});

describe('a team started twice', () => {
  it('goes on in a second process, and gives all leave back', async () => {
    const store = openMemoryStore();
    const begun: string[] = [];
    const runtimeWith = (governor: Governor) =>
      createRuntime({
        store,
        machines: { m: machine },
        workers: {
          work: paid(async (_input, { work, signal }) => {
            begun.push(work);
            if (begun.length === 1)
              await new Promise((_, reject) =>
                signal.addEventListener('abort', () => reject(signal.reason)),
              );
            return { ok: true };
          }),
        },
        governor,
      });
    const first = runtimeWith(createGovernor());
    await first.start({ id: 't', machine: 'm' });
    await first.close();
    const { book, watching } = watched(createGovernor({ concurrency: 1, burst: 100 }));
    const second = runtimeWith(watching);
    const team = await second.start({ id: 't', machine: 'm' });
    await settled();
    await settled();
    expect(begun).toHaveLength(2);
    expect((await team.result()).status).toBe('done');
    expect(book).toMatchObject({ out: 0, given: book.back });
    await second.close();
  });

  it('gives leave back when its first append fails', async () => {
    const { book, watching } = watched(createGovernor({ concurrency: 1, burst: 100 }));
    const store = openMemoryStore();
    const broken = new Proxy(store, {
      get: (target, key) => {
        if (key === 'append')
          return () => Promise.reject(new StoreFailure('the disk is full', 'fatal'));
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const runtime = createRuntime({
      store: broken,
      machines: { m: machine },
      workers: { work: paid(async () => ({ ok: true })) },
      governor: watching,
    });
    await expect(runtime.start({ id: 't', machine: 'm' })).rejects.toThrow('the disk is full');
    expect(book).toMatchObject({ out: 0, given: 1, back: 1 });
  });
});

describe('a result', () => {
  const done = defineEvent('thing.done', z.strictObject({ n: z.int() }));
  const failed = defineEvent(
    'thing.failed',
    z.strictObject({ kind: z.string(), message: z.string() }),
  );
  const records = { done, failed };
  const lastOf = async (run: Worker['run'], more: Partial<Worker> = { records }) => {
    const store = openMemoryStore();
    const runtime = createRuntime({
      store,
      machines: { m: machine },
      events: [done, failed],
      workers: { work: { effect: 'paid', run, ...more } },
    });
    const team = await runtime.start({ id: 't', machine: 'm' });
    await team.result();
    const events = await store.read('team-t' as StreamName);
    const { type, data } = events.at(-2)!;
    return [type, JSON.parse(data)];
  };

  it('is recorded as the event that its worker names', async () => {
    expect(await lastOf(async () => ({ n: 1 }))).toEqual(['thing.done', { n: 1 }]);
    expect(await lastOf(async () => ({ n: 1 }), {})).toEqual(['work.done', { output: { n: 1 } }]);
    expect(await lastOf(async () => undefined as never, {})).toEqual([
      'work.done',
      { output: null },
    ]);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'text'],
    ['a number that is none', { n: Number.NaN }],
    ['a fraction', { n: 1.5 }],
    ['a key too many', { n: 1, m: 2 }],
    ['a big integer', { n: 1n }],
  ])(
    'that does not fit (%s) is a failure that says why, and stops nobody',
    async (_what, output) => {
      const [type, { kind, message }] = await lastOf(async () => output as never);
      expect([type, kind]).toEqual(['thing.failed', 'error']);
      expect(message).toMatch(/the result of "work" does not fit "thing\.done"/);
    },
  );

  it('that is thrown is a failure, whatever was thrown', async () => {
    for (const thrown of [new Error('bad'), 'bad', undefined, new WorkFailure('bad', 'bad')]) {
      const [type, { message }] = await lastOf(async () => {
        throw thrown;
      });
      expect(type).toBe('thing.failed');
      expect(message).toBe(thrown === undefined ? 'undefined' : 'bad');
    }
    const [type] = await lastOf((() => {
      throw new Error('at once');
    }) as never);
    expect(type).toBe('thing.failed');
  });
});
