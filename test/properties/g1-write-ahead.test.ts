/** G1: no work starts before the events that owe and admit it are durable. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Leader } from '../../src/actors/lead/leader.ts';
import type { EventStore } from '../../src/events/store.ts';
import type { World } from '../simulation/world.ts';
import { failsWhen, holds } from './teams-under-fire.ts';

describe('write-ahead', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('holds: work begins only when what owes and admits it stands on the disk', () => holds('G1'));

  it('would fail with a store that says it has written before it has', async () => {
    const store = (line: EventStore, world: World): EventStore => ({
      ...line,
      async append(stream, events, expected) {
        const head = await world.disk.store.head(stream);
        void line.append(stream, events, expected).catch(() => undefined);
        return { revision: head + events.length, position: world.disk.events.length };
      },
    });
    expect(await failsWhen('G1', { sabotage: { store } })).toBe(true);
  });

  it('would fail with a leader that starts work before it appends', async () => {
    const prototype = Leader.prototype as any;
    const { turns } = prototype;
    vi.spyOn(prototype, 'turns').mockImplementation(function (this: any, ...given: unknown[]) {
      const outcome = turns.apply(this, given);
      if (outcome.events.length > 0) this.execution.reconcile(outcome.state);
      return outcome;
    });
    expect(await failsWhen('G1', {})).toBe(true);
  });
});
