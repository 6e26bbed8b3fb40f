/** G5: after `leader.took` of a newer epoch the older leader starts nothing and appends nothing. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Leader } from '../../src/actors/lead/leader.ts';
import type { EventStore } from '../../src/events/store.ts';
import { failsWhen, holds } from './teams-under-fire.ts';

/** Many rivals, and leaders that are paused and wake up late. */
const rivalry = {
  mishaps: 60,
  chances: {
    unwritten: 0,
    unanswered: 0.02,
    slowAnswer: 0.2,
    unreadable: 0,
    duplicate: 0,
    crash: 0,
    pause: 0.05,
    rival: 0.08,
    closing: 0,
  },
};

describe('fencing', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('holds: who has lost the lead writes and begins nothing more', () => holds('G5'));

  it('would fail with a store that does not look at the expected revision', async () => {
    const store = (line: EventStore): EventStore => ({
      ...line,
      append: (stream, events) => line.append(stream, events, 'any'),
    });
    expect(await failsWhen('G5', { plan: rivalry, sabotage: { store } })).toBe(true);
  });

  it('would fail with a leader that goes on from where another has taken over', async () => {
    const prototype = Leader.prototype as any;
    vi.spyOn(prototype, 'watch').mockImplementation(() => undefined);
    vi.spyOn(prototype, 'recover').mockImplementation(async function (this: any) {
      this.state = await this.site.fold.stateAt(this.stream);
      void this.lead();
    });
    expect(await failsWhen('G5', { plan: rivalry })).toBe(true);
  });
});
