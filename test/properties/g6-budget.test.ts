/** G6: settled + reserved never exceeds any limit, by an account that is kept apart from the doorkeeper's. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { budget } from '../../src/actors/gate/budget.ts';
import { orders } from '../simulation/scenarios/order.ts';
import { pairs } from '../simulation/scenarios/pairs.ts';
import { supervisors } from '../simulation/scenarios/supervisor.ts';
import { failsWhen, holds } from './teams-under-fire.ts';

const paying = { scenarios: fc.constantFrom(pairs, supervisors, orders) };

describe('the budget', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('holds: at every revision settled and reserved stay within every limit', () => holds('G6'));

  it('would fail with a budget that does not reserve', async () => {
    const { apply } = budget;
    vi.spyOn(budget, 'apply').mockImplementation((ledger, event) =>
      event.type === 'work.admitted' ? ledger : apply(ledger, event),
    );
    expect(await failsWhen('G6', {}, paying)).toBe(true);
  });

  it('would fail with a budget that gives back what was cancelled after it had started', async () => {
    const { apply } = budget;
    vi.spyOn(budget, 'apply').mockImplementation((ledger, event) =>
      apply(
        ledger,
        event.type === 'work.cancelled'
          ? { ...event, data: { ...event.data, started: false } }
          : event,
      ),
    );
    expect(await failsWhen('G6', {}, { ...paying, numRuns: 150 })).toBe(true);
  });

  it('would fail with a budget that takes what lapsed for free', async () => {
    const { apply } = budget;
    vi.spyOn(budget, 'apply').mockImplementation((ledger, event) => {
      const settled = { tokens: 0, usd: 0 };
      return apply(
        ledger,
        event.type === 'work.lapsed' ? { ...event, data: { ...event.data, settled } } : event,
      );
    });
    expect(await failsWhen('G6', {}, { ...paying, numRuns: 150 })).toBe(true);
  });
});
