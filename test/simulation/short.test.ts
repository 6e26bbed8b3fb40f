/** Some seeds of the simulation at every run; `npm run simulate` takes as many as one likes. */
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulation.ts';
import type { Totals } from './world.ts';

const SEEDS = 36;
const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
const sums: Totals = {
  steps: 0,
  crashes: 0,
  pauses: 0,
  takeovers: 0,
  conflicts: 0,
  mishaps: 0,
  works: 0,
};

describe('simulated teams', () => {
  for (const scenario of scenarios) {
    it(`keep every guarantee: ${scenario.name}`, async () => {
      for (const seed of seeds.filter(
        (s) => s % scenarios.length === scenarios.indexOf(scenario),
      )) {
        const { violations, totals } = await simulate(seed, scenario);
        for (const key of Object.keys(sums) as (keyof Totals)[]) sums[key] += totals[key];
        expect(violations, `seed ${seed}`).toEqual([]);
      }
    });
  }

  it('give all leave of the governor back, also when they are started again under their id', async () => {
    // Seeds in which a second start once kept the leave that it had asked for.
    for (const seed of [152, 167]) {
      const supervisor = scenarios.find(({ name }) => name === 'supervisor')!;
      expect((await simulate(seed, supervisor)).violations, `seed ${seed}`).toEqual([]);
    }
  });

  it('write the same log from the same seed, and another from another', async () => {
    for (const scenario of scenarios.filter((_, i) => i % 3 === 0)) {
      const first = await simulate(5, scenario);
      const again = await simulate(5, scenario);
      expect(again.logHash).toBe(first.logHash);
      expect(again.totals).toEqual(first.totals);
    }
    const [one, other] = [await simulate(5, scenarios[0]!), await simulate(6, scenarios[0]!)];
    expect(one.logHash).not.toBe(other.logHash);
  });

  it('went through crashes, rivals, pauses and conflicts, and not only through fair weather', () => {
    for (const what of ['crashes', 'takeovers', 'pauses', 'conflicts'] as const)
      expect(sums[what], what).toBeGreaterThan(3);
  });
});
