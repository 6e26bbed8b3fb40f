/** Playing a story: in order, at its pace, and to an end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAP_MAX_MS, type Pace, Playing } from '../../src/visualizer/page/timeline/playing.ts';

/** Events at these times; one stands at `at`, and every visit is noted. */
function walkOver(times: readonly number[]) {
  const visits: number[] = [];
  const walk = {
    here: 0,
    visits,
    at: () => walk.here,
    next: (revision: number) => (revision + 1 < times.length ? revision + 1 : undefined),
    first: () => (times.length > 0 ? 0 : undefined),
    timeOf: (revision: number) => times[revision]!,
    goTo: (revision: number) => {
      walk.here = revision;
      visits.push(revision);
    },
  };
  return walk;
}

function playing(times: readonly number[], pace: Pace) {
  const walk = walkOver(times);
  const player = new Playing(walk);
  player.pace.value = pace;
  player.toggle();
  return { walk, player };
}

const SECONDS = [0, 1000, 2000, 3000, 4000];

describe('playing', () => {
  it('visits so many events a second', () => {
    const { walk, player } = playing(SECONDS, { perSecond: 10 });
    player.tick(90);
    expect(walk.here).toBe(0);
    player.tick(10);
    expect(walk.here).toBe(1);
    player.tick(200);
    expect(walk.here).toBe(3);
  });

  it('keeps what is left of a frame for the next one', () => {
    const { walk, player } = playing(SECONDS, { perSecond: 10 });
    for (let frame = 0; frame < 15; frame++) player.tick(20);
    expect(walk.here).toBe(3);
  });

  it('keeps true time, and its tenfold', () => {
    const slow = playing([0, 300, 400, 1000], { timesTrue: 1 });
    for (let ms = 0; ms < 399; ms += 21) slow.player.tick(21);
    expect(slow.walk.here).toBe(1);
    slow.player.tick(21);
    expect(slow.walk.here).toBe(2);
    const fast = playing([0, 300, 400, 1000], { timesTrue: 10 });
    fast.player.tick(40);
    expect(fast.walk.here).toBe(2);
  });

  it('waits no night through', () => {
    const { walk, player } = playing([0, 8 * 3_600_000], { timesTrue: 1 });
    for (let ms = 0; ms < GAP_MAX_MS; ms += 200) {
      expect(walk.here).toBe(0);
      player.tick(200);
    }
    expect(walk.here).toBe(1);
  });

  it('does not storm ahead when its window was hidden', () => {
    const { walk, player } = playing(
      Array.from({ length: 1000 }, (_, i) => i),
      { perSecond: 20 },
    );
    player.tick(60_000);
    expect(walk.here).toBe(5);
  });

  it('ends at the last event, and begins anew from there', () => {
    const { walk, player } = playing([0, 1, 2], { perSecond: 100 });
    player.tick(250);
    expect([walk.here, player.isOn.value]).toEqual([2, false]);
    player.tick(250);
    expect(walk.visits).toEqual([2]);
    player.toggle();
    expect([walk.here, player.isOn.value]).toEqual([0, true]);
  });

  it('does not begin where there is nothing to go to', () => {
    expect(playing([], { perSecond: 5 }).player.isOn.value).toBe(false);
    expect(playing([7], { perSecond: 5 }).player.isOn.value).toBe(false);
  });

  it('goes on from where a person went in between', () => {
    const { walk, player } = playing(SECONDS, { perSecond: 10 });
    player.tick(100);
    walk.here = 3;
    player.tick(100);
    expect(walk.here).toBe(4);
  });

  it('goes only forward and comes to an end, whatever the times and frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5000), { minLength: 2, maxLength: 60 }),
        fc.constantFrom<Pace>({ perSecond: 20 }, { timesTrue: 1 }, { timesTrue: 60 }),
        fc.integer({ min: 1, max: 400 }),
        (gaps, pace, frameMs) => {
          let time = 0;
          const times = gaps.map((gap) => {
            time += gap;
            return time;
          });
          const { walk, player } = playing(times, pace);
          const most = (times.length * GAP_MAX_MS) / Math.min(frameMs, 250) + 2;
          let frames = 0;
          while (player.isOn.value && frames++ < most) player.tick(frameMs);
          expect(walk.here).toBe(times.length - 1);
          expect(walk.visits).toEqual([...new Set(walk.visits)].sort((a, b) => a - b));
        },
      ),
    );
  });
});
