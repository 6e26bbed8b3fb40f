import { describe, expect, it } from 'vitest';
import type { StreamName } from '../../src/events/ids.ts';
import { NO_STREAM } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { newEvent } from './fixtures/new-event.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory', { open: async () => openMemoryStore(), runs: 100 });

describe('the memory store', () => {
  const stream = 'team-a' as StreamName;

  it('reckons leases by the clock it is given', async () => {
    let now = 1000;
    const { leases } = openMemoryStore({ now: () => now });
    expect(await leases!.take('team-a', 'one', 500)).toEqual({ holder: 'one', expiresAt: 1500 });
    now = 1499;
    expect((await leases!.take('team-a', 'two', 500)).holder).toBe('one');
    now = 1500;
    expect((await leases!.take('team-a', 'two', 500)).holder).toBe('two');
  });

  it('tells its subscribers within microtasks, so that a simulation needs no timers', async () => {
    const store = openMemoryStore();
    const heard: string[] = [];
    store.subscribe({ onEvents: (events) => void heard.push(...events.map(({ type }) => type)) });
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await store.append(stream, [newEvent('{}', 'task.assigned')], NO_STREAM);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    expect(heard).toEqual(['task.assigned']);
  });

  it('keeps what has happened from being changed by a reader', async () => {
    const store = openMemoryStore();
    await store.append(stream, [newEvent()], NO_STREAM);
    const [event] = await store.read(stream);
    expect(() => Object.assign(event!, { data: 'other' })).toThrow(TypeError);
  });
});
