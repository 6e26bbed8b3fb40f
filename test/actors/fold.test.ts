import { describe, expect, it } from 'vitest';
import { assign, createMachine, emit } from 'xstate';
import { SimulatedClock } from '../../src/actors/clock.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import { DivergenceError } from '../../src/actors/state/fold.ts';
import { hashState } from '../../src/actors/state/team-state.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { UnreadableEvent } from '../../src/events/known-events.ts';
import { ANY_REVISION, type EventStore } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';

const stream = 'team-t' as StreamName;
const inbox = 'inbox-t' as StreamName;
const counter = (step = 1) =>
  createMachine({
    id: 'counter',
    context: { n: 0 },
    on: {
      'was.counted': {
        actions: [
          assign({ n: ({ context }: any) => context.n + step }),
          emit(({ context }: any) => ({ type: 'n.grew', n: context.n })),
        ],
      },
    },
    initial: 'on',
    states: { on: { on: { 'was.enough': 'off' } }, off: { type: 'final' } },
  } as any);

let nonce = 0;
const said = (type: string, meta: object = {}, data: object = {}, version = 0): NewEvent => ({
  id: `said-${nonce++}`,
  type,
  version,
  data: JSON.stringify(data),
  meta: JSON.stringify({ at: 1, turn: 0, ...meta }),
});

const open = (store: EventStore, step = 1): Runtime =>
  createRuntime({
    store,
    machines: { counter: { machine: counter(step), hears: [] } },
    clock: new SimulatedClock(1_000_000),
  });

/** A team that has heard so many things, and has ended. */
async function written(...heard: NewEvent[]): Promise<EventStore> {
  const store = openMemoryStore();
  const runtime = open(store);
  const team = await runtime.start({ id: 't', machine: 'counter' });
  for (const event of heard) await store.append(inbox, [event], ANY_REVISION);
  await store.append(inbox, [said('was.enough')], ANY_REVISION);
  await team.result();
  await runtime.close();
  return store;
}

/** A copy of a store, with one event of the team changed on the way. */
async function forged(store: EventStore, at: number, change: (event: any) => void) {
  const copy = openMemoryStore();
  for (const { id, type, version, data, meta, revision } of await store.read(stream)) {
    const event = { id, type, version, data: JSON.parse(data), meta: JSON.parse(meta) };
    if (revision === at) change(event);
    const text = { ...event, data: JSON.stringify(event.data), meta: JSON.stringify(event.meta) };
    await copy.append(stream, [text], ANY_REVISION);
  }
  return copy;
}

describe('folding', () => {
  it('comes to the state that was lived, from the first event or from any turn', async () => {
    const store = await written(said('was.counted'), said('was.counted'));
    const reader = open(store);
    const { divergence, stateHash, events } = await reader.replay('t');
    expect(divergence).toBeNull();
    expect(events).toBe((await store.head(stream)) + 1);
    const state = await reader.team('t').state();
    expect(hashState(state)).toBe(stateHash);
    expect(state.actors.get('root')!.snapshot.context).toEqual({ n: 2 });
    const early = await reader.team('t').state({ at: 3 });
    expect(early.actors.get('root')!.snapshot.context).toEqual({ n: 1 });
  });

  it('rounds a revision in the middle of a turn down to the end of the turn before', async () => {
    const store = await written(said('was.counted'));
    const state = await open(store).team('t').state({ at: 2 });
    expect((await store.read(stream, { from: 2, limit: 1 }))[0]!.type).toBe('was.counted');
    expect(state.revision).toBe(1);
  });

  it('replays what came from outside and was refused, went to nobody, or named people strangely', async () => {
    const store = await written(
      said('work.admitted'),
      said('no.version', {}, {}, 7),
      said('was.counted', { to: ['ghost', 'root', 'spectre'] }),
      said('was.counted', { to: [] }),
      said('was.counted', { to: 'root' }),
      said('was.counted', { to: [7] }),
      { ...said('was.counted'), meta: 'not json' },
    );
    const events = await store.read(stream);
    expect(events.filter(({ type }) => type === 'origin.refused')).toHaveLength(5);
    expect(events.filter(({ type }) => type === 'was.counted')).toHaveLength(2);
    expect((await open(store).replay('t')).divergence).toBeNull();
  });

  it('replays a turn that was poisoned', async () => {
    const store = openMemoryStore();
    const broken = createMachine({
      on: {
        'was.counted': {
          actions: assign(() => {
            throw new Error('bad');
          }),
        },
      },
    });
    const clock = new SimulatedClock(1);
    const runtime = createRuntime({ store, machines: { counter: broken }, clock });
    const team = await runtime.start({ id: 't', machine: 'counter' });
    await store.append(inbox, [said('was.counted')], ANY_REVISION);
    const result = await team.result();
    expect(result).toMatchObject({ status: 'stopped', revision: await store.head(stream) });
    const again = await runtime.replay('t');
    expect(again).toMatchObject({ divergence: null, stateHash: result.stateHash });
  });
});

describe('a divergence', () => {
  it('is told with revision, what was recorded and what the machines say now', async () => {
    const store = await written(said('was.counted'), said('was.counted'));
    const { divergence } = await open(store, 2).replay('t');
    expect(divergence).toMatchObject({
      revision: 3,
      expected: { type: 'n.grew', data: { n: 1 } },
      found: { type: 'n.grew', data: { n: 2 } },
    });
    await expect(open(store, 2).team('t').state()).rejects.toThrow(DivergenceError);
    await expect(open(store, 2).team('t').state()).rejects.toThrow(
      /team-t@3 diverges: recorded n\.grew/,
    );
  });

  it.each([
    ['a hearer was added', (event: any) => Object.assign(event.meta, { to: ['root', 'ghost'] })],
    ['data was changed', (event: any) => Object.assign(event.data, { n: 7 })],
    ['it was said by another', (event: any) => Object.assign(event.meta, { actor: 'ghost' })],
    ['it is another event', (event: any) => Object.assign(event, { type: 'n.shrank' })],
    ['its time was changed', (event: any) => Object.assign(event.meta, { at: 7 })],
  ])('is found where %s', async (_what, change) => {
    const store = await forged(await written(said('was.counted')), 3, change);
    expect((await open(store).replay('t')).divergence?.revision).toBe(3);
  });

  it('is not made by another order of keys', async () => {
    const reorder = (event: any) => {
      event.meta = Object.fromEntries(Object.entries(event.meta).reverse());
    };
    const store = await forged(await written(said('was.counted')), 3, reorder);
    expect((await open(store).replay('t')).divergence).toBeNull();
  });

  it('is not looked for in events of a newer program: they stop the fold', async () => {
    const newer = (event: any) => Object.assign(event, { version: 99 });
    const store = await forged(await written(said('was.counted')), 1, newer);
    await expect(open(store).replay('t')).rejects.toThrow(UnreadableEvent);
  });
});

describe('snapshots', () => {
  it('are passed over when they cannot be read, or were made by other machines', async () => {
    const store = await written(said('was.counted'));
    const { stateHash } = await open(store).replay('t');
    const { code } = (await open(store).team('t').state()) as { code: string };
    await store.snapshots!.put(stream, 2, code, '{"not":"a state"}');
    expect(hashState(await open(store).team('t').state())).toBe(stateHash);
    await store.snapshots!.put(stream, 2, 'other machines', '{}');
    expect(hashState(await open(store).team('t').state())).toBe(stateHash);
  });
});
