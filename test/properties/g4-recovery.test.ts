/**
 * G4: killed at any instant, a resumed team continues; a settled result is never asked for again; at most
 * work in flight is repeated, by its effect class.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Execution } from '../../src/actors/lead/execution.ts';
import type { Workers } from '../../src/actors/worker.ts';
import { orders } from '../simulation/scenarios/order.ts';
import { supervisors } from '../simulation/scenarios/supervisor.ts';
import { teams } from '../simulation/scenarios/teams.ts';
import { simulate } from '../simulation/simulation.ts';
import { failsWhen, holds } from './teams-under-fire.ts';

const calm = { mishaps: 0 };

describe('recovery', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('holds: nothing settled is begun again, once-only work not at all', () => holds('G4'));

  it.each([orders, supervisors, ...teams.slice(0, 1)])(
    'holds after a crash behind every single append: $name',
    async (scenario) => {
      const { appends } = await simulate(3, scenario, { plan: calm });
      const every = Math.ceil(appends / 25);
      for (let crashAfter = 0; crashAfter < appends; crashAfter += every) {
        const outcome = await simulate(3, scenario, { plan: calm, crashAfter });
        expect(outcome.violations, `crash after append ${crashAfter}`).toEqual([]);
        expect(outcome.totals.crashes).toBe(1);
        expect(outcome.end).not.toBe('none');
      }
    },
  );

  it('would fail with an execution that forgets what it has reported', async () => {
    const { reconcile } = Execution.prototype;
    vi.spyOn(Execution.prototype, 'reconcile').mockImplementation(function (this: any, state) {
      this.reported.clear();
      reconcile.call(this, state);
    });
    expect(await failsWhen('G4', {})).toBe(true);
  });

  it('would fail with once-only work that is begun anew like paid work', async () => {
    const workers = (given: Workers): Workers =>
      Object.fromEntries(
        Object.entries(given).map(([src, worker]) => [
          src,
          worker.effect === 'once' ? { ...worker, effect: 'paid' as const } : worker,
        ]),
      );
    expect(await failsWhen('G4', { sabotage: { workers } }, { numRuns: 150 })).toBe(true);
  });
});
