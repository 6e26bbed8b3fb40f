import { describe, expect, it } from 'vitest';
import { determined } from '../../src/actors/machine/determined.ts';

const drawAll = () => ({
  now: Date.now(),
  date: new Date().toISOString(),
  text: Date(),
  elapsed: performance.now(),
  random: Math.random(),
  uuid: crypto.randomUUID(),
  bytes: [...crypto.getRandomValues(new Uint16Array(4))],
});
const at = Date.UTC(2026, 0, 2);
const heard = (revision: number, when = at) => ({
  at: when,
  stream: 'team-a',
  revision,
  actor: 'root',
});

describe('a determined step', () => {
  it('gives the same clock and the same chance for the same event, and other chance for another', () => {
    const first = determined(heard(3), drawAll);
    expect(determined(heard(3), drawAll)).toEqual(first);
    const other = determined(heard(4), drawAll);
    expect(first.date).toBe('2026-01-02T00:00:00.000Z');
    expect([first.now, first.elapsed]).toEqual([at, at]);
    expect(first.uuid).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    for (const key of ['random', 'uuid', 'bytes'] as const)
      expect(other[key]).not.toEqual(first[key]);
  });

  it('leaves dates that are told their time, and subclasses of Date, as they are', () => {
    class Day extends Date {}
    determined(heard(1), () => {
      expect(new Date(7).getTime()).toBe(7);
      expect(new Date()).toBeInstanceOf(Date);
      expect(Date.UTC(2026, 0, 2)).toBe(at);
      expect(new Day()).toBeInstanceOf(Day);
    });
    expect(determined(heard(1), () => new Date())).toBeInstanceOf(Date);
  });

  it('touches nothing outside itself, even when the step throws', () => {
    const outside = () => [
      Date,
      Math.random,
      performance.now,
      crypto.randomUUID,
      crypto.getRandomValues,
      ...Object.getOwnPropertyNames(crypto),
      ...Object.getOwnPropertyNames(performance),
    ];
    const before = outside();
    expect(() =>
      determined(heard(1), () => {
        throw new Error('thrown in a step');
      }),
    ).toThrow('thrown in a step');
    expect(outside()).toEqual(before);
    expect(Date.now()).toBeGreaterThan(at);
  });

  it('may be nested: the inner step has values of its own, and the outer goes on with its own', () => {
    const alone = determined(heard(1), () => [Math.random(), Math.random()]);
    const around = determined(heard(1), () => {
      const first = Math.random();
      const inner = determined(heard(2, 5), () => [Date.now(), Math.random()]);
      expect(inner).toEqual(determined(heard(2, 5), () => [Date.now(), Math.random()]));
      return [first, Math.random()];
    });
    expect(around).toEqual(alone);
  });
});
