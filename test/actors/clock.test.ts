import { describe, expect, it, vi } from 'vitest';
import { SimulatedClock, systemClock } from '../../src/actors/clock.ts';

describe('the system clock', () => {
  it('wakes not before its time, and not at all when taken back', () => {
    vi.useFakeTimers({ now: 1000 });
    try {
      const woken: number[] = [];
      systemClock.wake(1500, () => woken.push(systemClock.now()));
      systemClock.wake(1200, () => woken.push(-1))();
      vi.advanceTimersByTime(499);
      expect(woken).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(woken).toEqual([1500]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits longer than a timer of the platform can count', () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const year = 365 * 86_400_000;
      let woken = -1;
      systemClock.wake(year, () => {
        woken = systemClock.now();
      });
      vi.advanceTimersByTime(year - 1);
      expect(woken).toBe(-1);
      vi.advanceTimersByTime(1);
      expect(woken).toBe(year);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a simulated clock', () => {
  it('stands still, and wakes in order of time, then of asking, what is due on the way', () => {
    const clock = new SimulatedClock(100);
    const woken: string[] = [];
    const wake = (name: string, at: number) =>
      clock.wake(at, () => woken.push(`${name}@${clock.now()}`));
    wake('late', 300);
    wake('b', 200);
    wake('c', 200);
    wake('never', 200)();
    wake('past', 50);
    expect(clock.next()).toBe(50);
    clock.advanceTo(250);
    expect(woken).toEqual(['past@100', 'b@200', 'c@200']);
    expect([clock.now(), clock.next()]).toEqual([250, 300]);
  });

  it('wakes what is asked for by what it wakes', () => {
    const clock = new SimulatedClock();
    let again = 0;
    clock.wake(10, () => clock.wake(20, () => (again = clock.now())));
    clock.advanceTo(30);
    expect(again).toBe(20);
  });
});
