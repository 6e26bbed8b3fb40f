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

describe('a determined step', () => {
  it('gives the same clock and the same chance for the same event, and other chance for another', () => {
    const first = determined({ at, seed: 'team-a@3/root' }, drawAll);
    expect(determined({ at, seed: 'team-a@3/root' }, drawAll)).toEqual(first);
    const other = determined({ at, seed: 'team-a@4/root' }, drawAll);
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
    determined({ at, seed: 's' }, () => {
      expect(new Date(7).getTime()).toBe(7);
      expect(new Date()).toBeInstanceOf(Date);
      expect(Date.UTC(2026, 0, 2)).toBe(at);
      expect(new Day()).toBeInstanceOf(Day);
    });
    expect(determined({ at, seed: 's' }, () => new Date())).toBeInstanceOf(Date);
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
      determined({ at, seed: 's' }, () => {
        throw new Error('thrown in a step');
      }),
    ).toThrow('thrown in a step');
    expect(outside()).toEqual(before);
    expect(Date.now()).toBeGreaterThan(at);
  });

  it('may be nested: the inner step has values of its own, and the outer goes on with its own', () => {
    const alone = determined({ at, seed: 'outer' }, () => [Math.random(), Math.random()]);
    const around = determined({ at, seed: 'outer' }, () => {
      const first = Math.random();
      const inner = determined({ at: 5, seed: 'inner' }, () => [Date.now(), Math.random()]);
      expect(inner).toEqual(
        determined({ at: 5, seed: 'inner' }, () => [Date.now(), Math.random()]),
      );
      return [first, Math.random()];
    });
    expect(around).toEqual(alone);
  });
});
