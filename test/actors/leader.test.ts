import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { assign, createMachine } from 'xstate';
import { SimulatedClock } from '../../src/actors/clock.ts';
import { LedElsewhere } from '../../src/actors/lead/leases.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import { TeamExists } from '../../src/actors/team-plan.ts';
import { UnknownTeam } from '../../src/actors/team-reader.ts';
import type { Worker } from '../../src/actors/worker.ts';
import { WorkFailure } from '../../src/actors/worker.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { ANY_REVISION, type EventStore, StoreFailure } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

const stream = 'team-t' as StreamName;
const inbox = 'inbox-t' as StreamName;

const waiter = createMachine({
  id: 'waiter',
  initial: 'waiting',
  context: { calls: 0 },
  output: ({ context }: any) => ({ status: 'done', reason: `after ${context.calls} calls` }),
  on: { 'was.called': { actions: assign({ calls: ({ context }: any) => context.calls + 1 }) } },
  states: {
    waiting: {
      id: 'waiting',
      invoke: { id: 'x', src: 'work', onDone: 'over', onError: 'over' },
      on: { 'was.enough': 'over' },
    },
    over: { type: 'final' },
  },
} as any);

/** Work whose end the test decides. */
function openWork(effect: Worker['effect']) {
  const begun: { attempt: number; finish(): void; signal: AbortSignal }[] = [];
  const worker: Worker = {
    effect,
    run: (_input, { attempt, signal }) =>
      new Promise((resolve, reject) => {
        begun.push({ attempt, signal, finish: () => resolve({ ok: true }) });
        signal.addEventListener('abort', () => reject(new WorkFailure('cancelled', 'aborted')));
      }),
  };
  return { begun, worker };
}

const open = (store: EventStore, worker: Worker, clock = new SimulatedClock(1000)): Runtime =>
  createRuntime({ store, machines: { waiter }, workers: { work: worker }, clock });

/** All microtasks, and those that they set off. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
let nonce = 0;
const said = (type: string): NewEvent => ({
  id: `said-${nonce++}`,
  type,
  version: 0,
  data: '{}',
  meta: '{"at":1,"turn":0}',
});
const typesOf = async (store: EventStore) => (await store.read(stream)).map(({ type }) => type);

/** The store, with something in between each append to the team. */
function append(
  store: EventStore,
  between: (append: () => ReturnType<EventStore['append']>) => ReturnType<EventStore['append']>,
): EventStore {
  const appending: EventStore['append'] = (to, events, expected) => {
    const appended = () => store.append(to, events, expected);
    return to === stream ? between(appended) : appended();
  };
  return new Proxy(store, {
    get: (target, key) => {
      const value = key === 'append' ? appending : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The store, on a line that fails in a planned way, some times, from the nth append (from 0) on. */
function failing(store: EventStore, nth: number, how: 'unwritten' | 'unanswered', times = 1) {
  let appends = 0;
  return append(store, async (appended) => {
    const fails = appends >= nth && appends < nth + times;
    appends += 1;
    const answer = fails && how === 'unwritten' ? undefined : await appended();
    if (fails) throw new StoreFailure('the line is down', 'unavailable');
    return answer!;
  });
}

async function passing(clock: SimulatedClock, ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await settled();
    clock.advanceTo(clock.now() + 50);
  }
  await settled();
}

describe('a leader', () => {
  it('starts work when what owes it is written, and ends the team with its result', async () => {
    const { begun, worker } = openWork('paid');
    const store = openMemoryStore();
    const team = await open(store, worker).start({ id: 't', machine: 'waiter' });
    expect(await typesOf(store)).toEqual([
      'team.formed',
      'leader.took',
      'work.admitted',
      'work.started',
    ]);
    expect(begun).toHaveLength(1);
    begun[0]!.finish();
    expect(await team.result()).toMatchObject({ status: 'done', reason: 'after 0 calls' });
  });

  it.each(['unwritten', 'unanswered'] as const)(
    'repeats an append that was %s, writes it once and starts its work once',
    async (how) => {
      const { begun, worker } = openWork('paid');
      const store = openMemoryStore();
      const clock = new SimulatedClock(1000);
      const starting = open(failing(store, 0, how, 2), worker, clock).start({
        id: 't',
        machine: 'waiter',
      });
      await passing(clock, 5000);
      const team = await starting;
      expect((await typesOf(store)).filter((type) => type === 'team.formed')).toHaveLength(1);
      expect(begun).toHaveLength(1);
      begun[0]!.finish();
      expect((await team.result()).status).toBe('done');
    },
  );

  it('gives up after some tries, says why, and can be resumed', async () => {
    const { begun, worker } = openWork('repeatable');
    const store = openMemoryStore();
    const clock = new SimulatedClock(1000);
    const team = await open(failing(store, 1, 'unwritten', 99), worker, clock).start({
      id: 't',
      machine: 'waiter',
    });
    begun[0]!.finish();
    const result = team.result().catch((error: Error) => error.message);
    await passing(clock, 60_000);
    expect(await result).toBe('the line is down');
    const { begun: anew, worker: other } = openWork('repeatable');
    const resumed = await open(store, other, clock).resume('t');
    anew[0]!.finish();
    expect((await resumed.result()).status).toBe('done');
  });

  it('stands down when another takes over, aborts its work, and learns how the team ended', async () => {
    const { begun, worker } = openWork('repeatable');
    const store = openMemoryStore();
    const clock = new SimulatedClock(1000);
    const first = await open(store, worker, clock).start({ id: 't', machine: 'waiter' });
    const result = first.result();
    clock.advanceTo(1000 + 60_000);
    const second = openWork('repeatable');
    await store.leases!.release(stream, (await store.leases!.look(stream))?.holder ?? '');
    await open(store, second.worker, clock).resume('t');
    await settled();
    expect(begun[0]!.signal.aborted).toBe(true);
    second.begun[0]!.finish();
    expect((await result).status).toBe('done');
    expect((await typesOf(store)).filter((type) => type === 'leader.took')).toHaveLength(2);
  });

  it('appends nothing when its append meets a newer epoch', async () => {
    const { begun, worker } = openWork('repeatable');
    const store = openMemoryStore();
    let arrive = (): void => {};
    const slow = append(store, async (appended) => {
      if (begun.length > 0)
        await new Promise<void>((resolve) => {
          arrive = resolve;
        });
      return appended();
    });
    await open(slow, worker).start({ id: 't', machine: 'waiter' });
    begun[0]!.finish();
    await settled();
    const lease = await store.leases!.look(stream);
    await store.leases!.release(stream, lease!.holder);
    await open(store, openWork('repeatable').worker).resume('t');
    arrive();
    await settled();
    expect(await typesOf(store)).toEqual([
      'team.formed',
      'leader.took',
      'work.admitted',
      'leader.took',
    ]);
  });

  it('leaves a team alone that a live process leads, and takes it when that lease is over', async () => {
    const store = openMemoryStore({ now: () => clock.now() });
    const clock = new SimulatedClock(1000);
    const { worker } = openWork('repeatable');
    await open(store, worker, clock).start({ id: 't', machine: 'waiter' });
    const other = open(store, worker, clock);
    await expect(other.resume('t')).rejects.toThrow(LedElsewhere);
    const { led, left } = await other.recover();
    expect(led).toEqual([]);
    expect(left).toMatchObject([{ team: 't', reason: { name: 'LedElsewhere' } }]);
    clock.advanceTo(clock.now());
    await store.leases!.release(stream, (await store.leases!.look(stream))!.holder);
    expect((await other.resume('t')).id).toBe('t');
  });

  it('hears the inbox in order, a repeat only once, and from where it stopped after a crash', async () => {
    const store = openMemoryStore();
    const { worker } = openWork('repeatable');
    const clock = new SimulatedClock(1000);
    const first = open(store, worker, clock);
    await first.start({ id: 't', machine: 'waiter' });
    const again = said('was.called');
    await store.append(inbox, [again], ANY_REVISION);
    await store.append(inbox, [again], ANY_REVISION);
    await settled();
    await first.close({ graceMs: 0 });
    await store.append(inbox, [said('was.called'), said('was.enough')], ANY_REVISION);
    const second = await open(store, worker, clock).resume('t');
    expect((await second.result()).reason).toBe('after 2 calls');
    const origins = (await store.read(stream)).map(({ meta }) => JSON.parse(meta).origin);
    expect(origins.filter(Boolean)).toEqual(['inbox-t@0', 'inbox-t@1', 'inbox-t@2']);
  });
});

describe('closing', () => {
  const closed = async (effect: Worker['effect']) => {
    const { worker } = openWork(effect);
    const store = openMemoryStore();
    const runtime = open(store, worker);
    const team = await runtime.start({ id: 't', machine: 'waiter' });
    const result = team.result().catch((error: Error) => error.message);
    await runtime.close({ graceMs: 0 });
    return { store, result: await result, types: await typesOf(store) };
  };

  it('settles paid work that it broke off, and leaves the rest to the next leader', async () => {
    const { types, result } = await closed('paid');
    expect(types.at(-1)).toBe('work.lapsed');
    expect(result).toMatch(/interrupted; go on with: horde resume t/);
    expect((await closed('repeatable')).types.at(-1)).toBe('work.admitted');
    expect((await closed('once')).types.at(-1)).toBe('work.started');
  });

  it('lets another process go on', async () => {
    const { store } = await closed('paid');
    const { begun, worker } = openWork('paid');
    const team = await open(store, worker).resume('t');
    expect(begun.map(({ attempt }) => attempt)).toEqual([2]);
    begun[0]!.finish();
    expect((await team.result()).status).toBe('done');
  });

  it('waits for a store that is away without keeping the process busy', async () => {
    const { begun, worker } = openWork('paid');
    const store = openMemoryStore();
    let back = (): void => {};
    const away = append(store, async (appended) => {
      if (begun.length > 0)
        await new Promise<void>((resolve) => {
          back = resolve;
        });
      return appended();
    });
    const runtime = open(away, worker);
    await runtime.start({ id: 't', machine: 'waiter' });
    const immediates = vi.spyOn(globalThis, 'setImmediate');
    onTestFinished(() => immediates.mockRestore());
    const closing = runtime.close({ graceMs: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(immediates).not.toHaveBeenCalled();
    expect(await typesOf(store)).not.toContain('work.lapsed');
    back();
    await closing;
    expect((await typesOf(store)).at(-1)).toBe('work.lapsed');
  });

  it.each(['forming', 'taking over'] as const)(
    'ends although the store fails while a team is %s',
    async (when) => {
      const store = openMemoryStore();
      const clock = new SimulatedClock(1000);
      if (when === 'taking over')
        await open(store, openWork('paid').worker).submit({ id: 't', machine: 'waiter' });
      const runtime = open(failing(store, 0, 'unwritten', 99), openWork('paid').worker, clock);
      const begun =
        when === 'forming' ? runtime.start({ id: 't', machine: 'waiter' }) : runtime.resume('t');
      const failure = begun.catch((error: Error) => error.message);
      await settled();
      const closing = runtime.close({ graceMs: 0 });
      await passing(clock, 60_000);
      expect(await failure).toBe('the line is down');
      await closing;
    },
  );

  it('can be done twice, and refuses to start anything afterwards', async () => {
    const runtime = open(openMemoryStore(), openWork('paid').worker);
    await runtime.close();
    await runtime.close();
    await expect(runtime.start({ machine: 'waiter' })).rejects.toThrow(/closed/);
  });
});

describe('a runtime', () => {
  it('attaches to a team that it leads, resumes one that nobody leads, and reads one that has ended', async () => {
    const store = openMemoryStore();
    const { begun, worker } = openWork('repeatable');
    const runtime = open(store, worker);
    const start = { id: 't', machine: 'waiter' };
    await runtime.start(start);
    expect((await runtime.start(start)).id).toBe('t');
    expect(begun).toHaveLength(1);
    await runtime.close({ graceMs: 0 });
    const next = open(store, worker);
    await next.start(start);
    begun[1]!.finish();
    await next.team('t').result();
    const last = open(store, worker);
    expect((await (await last.start(start)).result()).status).toBe('done');
    expect(begun).toHaveLength(2);
  });

  it('can start a team after a start that found the store away', async () => {
    const store = openMemoryStore();
    const { worker } = openWork('repeatable');
    let away = true;
    const line = new Proxy(store, {
      get: (target, key) => {
        if (key === 'head' && away)
          return () => Promise.reject(new StoreFailure('away', 'unavailable'));
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const runtime = open(line, worker);
    const start = { id: 't', machine: 'waiter' };
    await expect(runtime.start(start)).rejects.toThrow('away');
    away = false;
    await runtime.start(start);
    expect(await typesOf(store)).toContain('work.admitted');
    await runtime.close({ graceMs: 0 });
  });

  it('recovers every team that has not ended', async () => {
    const store = openMemoryStore();
    const { begun, worker } = openWork('repeatable');
    const runtime = open(store, worker);
    for (const id of ['a', 'b', 'c']) await runtime.start({ id, machine: 'waiter' });
    begun[1]!.finish();
    await runtime.team('b').result();
    await runtime.close({ graceMs: 0 });
    const recovered = await open(store, worker).recover();
    expect(recovered.led.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(recovered.left).toEqual([]);
  });

  it('recovers the others when one cannot be led, and says why that one is left', async () => {
    const store = openMemoryStore();
    const { worker } = openWork('repeatable');
    const clock = new SimulatedClock(1000);
    const first = createRuntime({
      store,
      clock,
      machines: { waiter, forgotten: waiter },
      workers: { work: worker },
    });
    for (const [id, machine] of [
      ['a', 'forgotten'],
      ['b', 'waiter'],
      ['c', 'waiter'],
    ] as const)
      await first.start({ id, machine });
    await first.close({ graceMs: 0 });
    const { led, left } = await open(store, worker, clock).recover();
    expect(led.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(left.map(({ team }) => team)).toEqual(['a']);
    expect(left[0]!.reason.message).toMatch(/no machine "forgotten"/);
  });

  it('refuses to start a team under the id of another one, and says what stands there', async () => {
    const store = openMemoryStore();
    const { worker } = openWork('repeatable');
    const runtime = createRuntime({
      store,
      clock: new SimulatedClock(1000),
      machines: { waiter, other: waiter },
      workers: { work: worker },
    });
    const plan = { id: 't', machine: 'waiter', input: { order: 1, of: 'ann' } };
    await runtime.start(plan);
    const alike = { ...plan, input: { of: 'ann', order: 1 } };
    expect((await runtime.start(alike)).id).toBe('t');
    expect((await runtime.submit(alike)).id).toBe('t');
    for (const another of [
      { ...plan, machine: 'other' },
      { ...plan, input: { order: 2 } },
    ]) {
      const refused = /team t exists already: machine "waiter".*"order":1/;
      await expect(runtime.start(another)).rejects.toThrow(refused);
      await expect(runtime.submit(another)).rejects.toThrow(TeamExists);
    }
    await runtime.close({ graceMs: 0 });
    const next = open(store, worker);
    await expect(next.start({ ...plan, input: null })).rejects.toThrow(TeamExists);
  });

  it('says so when there is no such team, no such machine, or the team has ended', async () => {
    const store = openMemoryStore();
    const { begun, worker } = openWork('repeatable');
    const runtime = open(store, worker);
    await expect(runtime.resume('ghost')).rejects.toThrow(UnknownTeam);
    await expect(runtime.team('ghost').state()).rejects.toThrow(UnknownTeam);
    await expect(runtime.start({ machine: 'ghost' })).rejects.toThrow(/no machine "ghost"/);
    const team = await runtime.start({ id: 't', machine: 'waiter' });
    begun[0]!.finish();
    await team.result();
    await expect(team.send({ type: 'was.called' })).rejects.toThrow(/has ended/);
  });

  it('shares nothing with another runtime in the same process', async () => {
    const stores = [openMemoryStore(), openMemoryStore()];
    const works = [openWork('repeatable'), openWork('repeatable')];
    const runtimes = stores.map((store, i) => open(store, works[i]!.worker));
    await Promise.all(runtimes.map((runtime) => runtime.start({ id: 't', machine: 'waiter' })));
    works[0]!.begun[0]!.finish();
    expect((await runtimes[0]!.team('t').result()).status).toBe('done');
    expect(works[1]!.begun[0]!.signal.aborted).toBe(false);
    await runtimes[1]!.close({ graceMs: 0 });
  });
});
