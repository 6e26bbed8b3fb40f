/** G8: no message is lost: each is heard, or recorded as deaf, undeliverable or refused. */

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Stimuli } from '../../src/actors/lead/stimuli.ts';
import type { MachineSource } from '../../src/actors/machine/registered-machine.ts';
import type { EventStore } from '../../src/events/store.ts';
import { orders } from '../simulation/scenarios/order.ts';
import { supervisors } from '../simulation/scenarios/supervisor.ts';
import { failsWhen, holds } from './teams-under-fire.ts';

const spokenTo = { scenarios: fc.constantFrom(orders, supervisors) };

describe('no message is lost', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('holds: what is said and what comes in is recorded once, with everybody it was for', () =>
    holds('G8'));

  it('would fail with an inbox that skips an event', async () => {
    const store = (line: EventStore): EventStore => ({
      ...line,
      subscribe: (options) =>
        line.subscribe({
          ...options,
          onEvents: (events) =>
            options.onEvents(
              events.filter(({ stream, revision }) => stream.startsWith('team-') || revision !== 1),
            ),
        }),
    });
    expect(await failsWhen('G8', { sabotage: { store } }, spokenTo)).toBe(true);
  });

  it('would fail with a leader that hears a repeat twice', async () => {
    const prototype = Stimuli.prototype as any;
    const { fromInbox } = prototype;
    vi.spyOn(prototype, 'fromInbox').mockImplementation(function (this: any, ...given: unknown[]) {
      const [raw] = given as [{ stream: string }];
      const { meets } = this;
      this.meets = { ...meets, heard: new Map([...meets.heard, [raw.stream, -1]]) };
      this.heardIds.clear();
      const stimulus = fromInbox.apply(this, given);
      this.meets = meets;
      return stimulus;
    });
    expect(await failsWhen('G8', {}, spokenTo)).toBe(true);
  });

  it('would fail with a subscriber that is passed over', async () => {
    const machines = (given: Readonly<Record<string, MachineSource>>) =>
      Object.fromEntries(
        Object.entries(given).map(([name, source]) => [name, { ...source, hears: [] }]),
      );
    expect(await failsWhen('G8', { sabotage: { machines } }, spokenTo)).toBe(true);
  });
});
