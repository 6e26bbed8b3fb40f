/** G3: every prefix that ends a turn is a valid stream; a snapshot plus the tail equals the fold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reviveState } from '../../src/actors/state/revived-state.ts';
import { hashState, persistState } from '../../src/actors/state/team-state.ts';
import { CODE, readingOf, STREAM as stream, turnEnds } from '../simulation/reading.ts';
import { simulate } from '../simulation/simulation.ts';
import { anyScenario, anySeed, holds } from './teams-under-fire.ts';

/** Every turn end gives the same state from a snapshot of any earlier one as from the beginning. */
const snapshotsAreShortcuts = fc.asyncProperty(
  anySeed,
  anyScenario,
  fc.nat(),
  fc.nat(),
  async (seed, scenario, one, other) => {
    const { log } = await simulate(seed, scenario);
    const ends = turnEnds(log);
    const [early, late] = [ends[one % ends.length]!, ends[other % ends.length]!].sort(
      (a, b) => a - b,
    );
    const plain = await readingOf(scenario, seed, log);
    const kept = await readingOf(scenario, seed, log);
    const state = await kept.fold.stateAt(stream, early);
    await kept.fold.keep(stream, state);
    const whole = hashState(await plain.fold.stateAt(stream, late));
    const found = await kept.store.snapshots!.get(stream, late!, CODE);
    if (found?.revision !== early) throw new Error('the snapshot is not found');
    if (hashState(await kept.fold.stateAt(stream, late)) !== whole)
      throw new Error(`from a snapshot at ${early} the state at ${late} is another`);
  },
);

describe('valid prefixes', () => {
  it('holds at every end of a turn while teams run', () => holds('G3'));

  it('holds between any two ends of turns: a snapshot plus the tail is the fold', async () => {
    await fc.assert(snapshotsAreShortcuts, { numRuns: 12, seed: 4 });
  });

  it('rounds a revision within a turn down to the end of the turn before', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyScenario, fc.nat(), async (seed, scenario, which) => {
        const { log } = await simulate(seed, scenario);
        const ends = turnEnds(log);
        const at = which % (ends.at(-1)! + 1);
        const end = ends.findLast((revision) => revision <= at);
        const { fold } = await readingOf(scenario, seed, log);
        expect((await fold.stateAt(stream, at)).revision).toBe(end ?? -1);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  it('would fail with snapshots that forget what is owed', async () => {
    const forgetful = fc.asyncProperty(anySeed, anyScenario, async (seed, scenario) => {
      const { log } = await simulate(seed, scenario);
      const { fold, rules } = await readingOf(scenario, seed, log);
      for (const revision of turnEnds(log).slice(0, -1)) {
        const state = await fold.stateAt(stream, revision);
        const { works: _, ...kept } = persistState(state);
        const revived = reviveState({ ...kept, works: [] }, rules.machineOf);
        if (hashState(revived) !== hashState(state)) throw new Error('not the same');
      }
    });
    expect((await fc.check(forgetful, { numRuns: 10, seed: 6 })).failed).toBe(true);
  });
});
