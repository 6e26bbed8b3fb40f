/**
 * The common ground of the properties: simulated teams under every fault that their seed has in store, and
 * what their witness says of one guarantee.
 *
 * A property is shown to be one that can fail: the same seeds, with the guarantee broken on purpose.
 */
import fc from 'fast-check';
import type { Scenario } from '../simulation/scenario.ts';
import { orders } from '../simulation/scenarios/order.ts';
import { pairs } from '../simulation/scenarios/pairs.ts';
import { supervisors } from '../simulation/scenarios/supervisor.ts';
import { teams } from '../simulation/scenarios/teams.ts';
import { type Outcome, type SimulationOptions, simulate } from '../simulation/simulation.ts';

const [reviewLoop] = teams.filter(({ name }) => name === 'review-loop');
export const anyScenario = fc.constantFrom<Scenario>(orders, pairs, supervisors, reviewLoop!);
export const anySeed = fc.integer({ min: 1, max: 1_000_000 });

export type Guarantee = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8';

const violationsOf = ({ violations }: Outcome, guarantee: Guarantee): string[] =>
  violations.map(({ message }) => message).filter((message) => message.startsWith(guarantee));

const property = (guarantee: Guarantee, options: SimulationOptions, scenarios = anyScenario) =>
  fc.asyncProperty(anySeed, scenarios, async (seed, scenario) => {
    const found = violationsOf(await simulate(seed, scenario, options), guarantee);
    if (found.length > 0) throw new Error(found[0]);
  });

/** Holds for any seed and any scenario. */
export async function holds(guarantee: Guarantee, numRuns = 12): Promise<void> {
  await fc.assert(property(guarantee, {}), { numRuns, seed: 1 });
}

/** Whether the very same property fails, within so many runs, when something is broken on purpose. */
export async function failsWhen(
  guarantee: Guarantee,
  options: SimulationOptions,
  { numRuns = 60, scenarios = anyScenario } = {},
): Promise<boolean> {
  const { failed } = await fc.check(property(guarantee, options, scenarios), {
    numRuns,
    seed: 1,
    endOnFailure: true,
  });
  return failed;
}
