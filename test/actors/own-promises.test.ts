/** A machine's own promises: what becomes of them when the process ends, and what they are told. */
import { describe, expect, it } from 'vitest';
import { assign, createActor, fromPromise, setup, toPromise } from 'xstate';
import { SimulatedClock } from '../../src/actors/clock.ts';
import { type Activation, activationOf } from '../../src/actors/machine/activation.ts';
import type { PromiseEffect } from '../../src/actors/machine/registered-machine.ts';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { StreamName } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

const stream = 'team-t' as StreamName;
const settled = () => new Promise((resolve) => setImmediate(resolve));
const typesOf = async (store: EventStore) => (await store.read(stream)).map(({ type }) => type);

/** Calls of one process; the test decides when they are answered. */
interface Calls {
  readonly begun: (Activation & { signal: AbortSignal; answer(text: string): void })[];
}

const waiting = (calls: Calls) =>
  setup({
    types: { context: {} as { answer: unknown } },
    actors: {
      ask: fromPromise<string>(
        ({ self, signal }) =>
          new Promise((answer) => {
            calls.begun.push({ ...activationOf(self), signal, answer });
          }),
      ),
    },
  }).createMachine({
    id: 'waiting',
    context: { answer: 'none' },
    initial: 'asking',
    states: {
      asking: {
        invoke: {
          id: 'question',
          src: 'ask',
          onDone: { target: 'over', actions: assign({ answer: ({ event }) => event.output }) },
          onError: {
            target: 'over',
            actions: assign({ answer: ({ event }) => (event.error as { kind?: string }).kind }),
          },
        },
      },
      over: { type: 'final' },
    },
    output: ({ context }) => ({ reason: String(context.answer) }),
  });

/** A process of its own on the store. */
function processOn(store: EventStore, effect?: PromiseEffect) {
  const calls: Calls = { begun: [] };
  const machine = waiting(calls);
  const runtime = createRuntime({
    store,
    clock: new SimulatedClock(1000),
    machines: { waiting: effect ? { machine, effects: { ask: effect } } : machine },
  });
  return { calls, runtime };
}

/** The store as a process sees it that is killed: what it does from then on never arrives. */
function mortal(store: EventStore) {
  let dead = false;
  const never = () => new Promise<never>(() => {});
  const seen = new Proxy(store, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => (dead ? never() : value.apply(target, given));
    },
  });
  const kill = async () => {
    dead = true;
    const lease = await store.leases?.look(stream);
    if (lease) await store.leases?.release(stream, lease.holder);
  };
  return { store: seen, kill };
}

describe("a machine's own promise that is under way", () => {
  it('when the runtime is closed is not settled, and the next leader runs it again', async () => {
    const store = openMemoryStore();
    const first = processOn(store);
    await first.runtime.start({ id: 't', machine: 'waiting' });
    expect(first.calls.begun).toHaveLength(1);
    await first.runtime.close({ graceMs: 0 });
    expect(await typesOf(store)).toEqual(['team.formed', 'leader.took', 'work.admitted']);
    expect(first.calls.begun[0]!.signal.aborted).toBe(true);
    // It did not look at the signal; what it says now is nobody's.
    first.calls.begun[0]!.answer('too late');
    await settled();
    const second = processOn(store);
    const team = await second.runtime.resume('t');
    second.calls.begun[0]!.answer('again');
    expect(await team.result()).toMatchObject({ status: 'done', reason: 'again' });
  });

  it('when the process is killed is run again by the next leader, by the same key', async () => {
    const store = openMemoryStore();
    const life = mortal(store);
    const first = processOn(life.store);
    await first.runtime.start({ id: 't', machine: 'waiting' });
    await life.kill();
    const second = processOn(store);
    const team = await second.runtime.resume('t');
    const [before, after] = [first.calls.begun[0]!, second.calls.begun[0]!];
    expect(after.key).toBe(before.key);
    expect(before.key).toBe('t/root/question@0');
    expect([before.attempt, after.attempt]).toEqual([1, 2]);
    after.answer('again');
    expect((await team.result()).reason).toBe('again');
    expect((await second.runtime.replay('t')).divergence).toBeNull();
  });

  it('and once-only by choice is never run again: its outcome is unknown', async () => {
    const store = openMemoryStore();
    const life = mortal(store);
    const first = processOn(life.store, 'once');
    await first.runtime.start({ id: 't', machine: 'waiting' });
    await life.kill();
    const second = processOn(store, 'once');
    const team = await second.runtime.resume('t');
    expect((await team.result()).reason).toBe('outcomeUnknown');
    expect(second.calls.begun).toHaveLength(0);
  });

  it('and paid by choice is run again, and each attempt is recorded before it', async () => {
    const store = openMemoryStore();
    const life = mortal(store);
    const first = processOn(life.store, 'paid');
    await first.runtime.start({ id: 't', machine: 'waiting' });
    await life.kill();
    const second = processOn(store, 'paid');
    const team = await second.runtime.resume('t');
    expect(second.calls.begun[0]).toMatchObject({ attempt: 2, key: 't/root/question@0' });
    second.calls.begun[0]!.answer('again');
    expect((await team.result()).reason).toBe('again');
    const started = (await typesOf(store)).filter((type) => type === 'work.started');
    expect(started).toHaveLength(2);
  });

  it('under plain XState knows itself as the first attempt', async () => {
    const calls: Calls = { begun: [] };
    const actor = createActor(waiting(calls)).start();
    expect(calls.begun[0]).toMatchObject({ attempt: 1, key: 'question' });
    calls.begun[0]!.answer('yes');
    expect(await toPromise(actor)).toEqual({ reason: 'yes' });
  });
});

describe('an effect class', () => {
  it('belongs to the machine that names it, whatever another says of work of the same name', async () => {
    const effects: unknown[] = [];
    for (const machine of ['careful', 'other'] as const) {
      const store = openMemoryStore();
      const calls: Calls = { begun: [] };
      const runtime = createRuntime({
        store,
        clock: new SimulatedClock(1000),
        machines: {
          careful: { machine: waiting(calls), effects: { ask: 'once' } },
          other: { machine: waiting(calls) },
        },
      });
      await runtime.start({ id: 't', machine });
      const admitted = (await store.read(stream)).find(({ type }) => type === 'work.admitted')!;
      effects.push(JSON.parse(admitted.data).effect);
      await runtime.close({ graceMs: 0 });
    }
    expect(effects).toEqual(['once', 'repeatable']);
  });
});
