/**
 * Random machines under random scripts, with a death after any step: no difference to XState's own actor.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { drawn } from './random-machine.ts';
import { byOracle, byRuntime, type Deaths } from './runs.ts';

/** Many more where somebody has the time: HORDE_RUNS=10000. */
const RUNS = Number(process.env['HORDE_RUNS'] ?? 40);
const SEED = Number(process.env['HORDE_SEED'] ?? 7);

describe('a random machine', () => {
  it('runs as createActor runs it, wherever its processes die', { timeout: 0 }, async () => {
    let sent = 0;
    const differs = fc.asyncProperty(fc.integer({ min: 0, max: 1e9 }), async (seed) => {
      const { machine, script } = drawn(throwDice('own', seed));
      const tried = { name: `random ${seed}`, source: 'drawn', machine, script };
      const deaths = throwDice('deaths', seed);
      const death = (): Deaths => deaths.pick(['never', 'never', 'at rest', 'in flight']);
      const expected = await byOracle(tried);
      expect(await byRuntime(tried, death)).toEqual(expected);
      sent += expected.values.length;
    });
    await fc.assert(differs, { numRuns: RUNS, seed: SEED, endOnFailure: true });
    expect(sent).toBeGreaterThan(RUNS);
  });
});
