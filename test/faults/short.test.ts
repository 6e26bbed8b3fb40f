/** Fault runs, as short as they can be: `npm run simulate:faults` makes many long ones. */
import { describe, expect, it } from 'vitest';
import { faultRun } from './fault-run.ts';

const SHORT = { latencyMs: 150, leaseShare: 0.4 };

describe('teams on EventStoreDB whose server is killed, stalled and restarted, and whose worker dies', () => {
  it.concurrent.each([101, 102])(
    'all end, with nothing lost and nothing doubled (seed %i)',
    async (seed) => {
      const run = await faultRun(seed, { ...SHORT, teams: 6, faultsMs: 800 });
      expect(run.violations).toEqual([]);
      expect(run.takeoversMs.length).toBeGreaterThan(0);
      expect(run.counts.replied).toBeGreaterThan(0);
      expect(run.faults.length).toBeGreaterThan(0);
    },
    60_000,
  );

  it.concurrent('and an audit finds requests that were made twice for one reply', async () => {
    const { violations } = await faultRun(103, {
      ...SHORT,
      unharmed: true,
      teams: 2,
      faultsMs: 0,
      breaking: (client) => ({
        ...client,
        async reply(request, options) {
          await client.reply(request, { ...options, onText: () => {} }).catch(() => {});
          return client.reply(request, options);
        },
      }),
    });
    expect(violations.join()).toMatch(/the model was asked \d+ times, and the logs know of/);
  }, 60_000);
});
