/** G2: folding the stream gives the live state, one hash, with no work done. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign } from 'xstate';
import type { Json, JsonObject } from '../../src/events/event.ts';
import { readingOf, STREAM } from '../simulation/reading.ts';
import { simulate } from '../simulation/simulation.ts';
import { anyScenario, anySeed, failsWhen, holds } from './teams-under-fire.ts';

/** Facts of an event that what the machines say now must agree with: each with something that is not so. */
const lies: readonly [fact: string, lie: Json][] = [
  ['state', { root: 'elsewhere' }],
  ['deaf', ['somebody']],
  ['to', ['nobody']],
  ['causationId', 0],
  ['actor', 'somebody'],
];

/** A lie that is the truth by chance changes nothing. */
const isForged = (meta: JsonObject, fact: string, lie: Json) =>
  fact in meta && JSON.stringify(meta[fact]) !== JSON.stringify(lie);

describe('exact replay', () => {
  it('holds: the live state and every fold of the stream have one hash', () => holds('G2'));

  it('needs no worker, and gives the state that the last leader had', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyScenario, async (seed, scenario) => {
        const { log, stateHash } = await simulate(seed, scenario);
        const { fold } = await readingOf(scenario, seed, log);
        const again = await fold.replay(STREAM);
        expect(again.divergence).toBeNull();
        expect(again.stateHash).toBe(stateHash);
      }),
      { numRuns: 8, seed: 2 },
    );
  });

  it('would fail for a log in which any one fact has been changed', async () => {
    let changed = 0;
    const forgery = fc.asyncProperty(
      anySeed,
      anyScenario,
      fc.nat(),
      fc.constantFrom(...lies),
      async (seed, scenario, which, [fact, lie]) => {
        const { log } = await simulate(seed, scenario);
        const forged = log.map((event) => ({ ...event }));
        const known = forged.filter(
          ({ stream, meta }) =>
            stream === STREAM &&
            isForged(JSON.parse(meta), fact, lie) &&
            !('origin' in JSON.parse(meta)),
        );
        const victim = known[which % known.length];
        if (!victim) return;
        victim.meta = JSON.stringify({ ...(JSON.parse(victim.meta) as JsonObject), [fact]: lie });
        changed += 1;
        const { fold } = await readingOf(scenario, seed, forged);
        const { divergence } = await fold.replay(STREAM);
        expect(divergence?.revision, `${fact} of ${victim.type}`).toBe(victim.revision);
      },
    );
    await fc.assert(forgery, { numRuns: 20, seed: 3 });
    expect(changed).toBeGreaterThan(10);
  });

  it('would fail for machines that are not the ones that wrote the log', async () => {
    const counting = (machine: AnyStateMachine) =>
      machine.provide({
        actions: { count: assign({ played: ({ context }: any) => context.played + 2 }) },
      } as never);
    const machines = (given: any) =>
      'player' in given ? { ...given, player: { machine: counting(given.player.machine) } } : given;
    expect(await failsWhen('G2', { sabotage: { machines } })).toBe(true);
  });
});
