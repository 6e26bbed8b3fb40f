/** Fault runs, as short as they can be: `npm run simulate:faults` makes many long ones. */
import { describe, expect, it } from 'vitest';
import { faultRun } from './fault-run.ts';

describe('teams on EventStoreDB whose server is killed, stalled and restarted, and whose worker dies', () => {
  it.concurrent.each([101, 102])(
    'all end, with nothing lost and nothing doubled (seed %i)',
    async (seed) => {
      const run = await faultRun(seed, { teams: 6, faultsMs: 800 });
      expect(run.violations).toEqual([]);
      expect(run.counts.replied).toBeGreaterThan(0);
      expect(run.faults.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
