/** G7: every team dissolves within a number of turns computable from its limits, and says why. */
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import type { Scenario } from '../simulation/scenario.ts';
import { shopEvents } from '../simulation/scenarios/shop-events.ts';
import { teams } from '../simulation/scenarios/teams.ts';
import { simulate } from '../simulation/simulation.ts';
import { holds } from './teams-under-fire.ts';

const calm = { plan: { mishaps: 0 } };

/** A team of one machine whose only hand never answers. */
const alone = (config: object, limits: object): Scenario => ({
  name: 'alone',
  machines: () => ({ alone: { machine: createMachine(config as any) as never, hears: [] } }),
  events: shopEvents,
  works: ['wait'],
  workers: () => ({ wait: { effect: 'repeatable', run: () => new Promise(() => {}) } }),
  start: () => ({ machine: 'alone', limits }),
  chatter: () => [],
});

const silent = {
  id: 'a',
  initial: 'waiting',
  states: { waiting: { invoke: { id: 'x', src: 'wait' } } },
};
const endless = {
  initial: 'on',
  states: { on: { id: 'on', after: { 100: 'off' } }, off: { id: 'off', after: { 100: 'on' } } },
};

describe('termination', () => {
  it('holds: whatever goes wrong, the team ends, and says why', () => holds('G7'));

  it('holds for every pattern: within the turns that its limits allow', async () => {
    for (const scenario of teams) {
      for (let seed = 400; seed < 402; seed++) {
        const { violations, end } = await simulate(seed, scenario);
        expect(violations, `${scenario.name}, seed ${seed}`).toEqual([]);
        expect(end).toMatch(/^team\.(dissolved|stopped): ./);
      }
    }
  });

  it('would fail with a wait that has no time-out', async () => {
    const { violations } = await simulate(1, alone(silent, {}), calm);
    expect(violations[0]?.message).toMatch(/^G7: .*the team waits for nothing/);
  });

  it('stops even that by a deadline', async () => {
    const { end, violations } = await simulate(1, alone(silent, { timeMs: 5000 }), calm);
    expect(violations).toEqual([]);
    expect(end).toBe('team.stopped: stopped');
  });

  it('stops a machine that goes on for ever by its limit of turns', async () => {
    const { end, turns, violations } = await simulate(1, alone(endless, { turns: 200 }), calm);
    expect(violations).toEqual([]);
    expect(end).toBe('team.stopped: turnsSpent');
    expect(turns).toBe(201);
  });

  it('would fail with a bound that does not suffice', async () => {
    const { violations } = await simulate(2, { ...teams[0]!, turnsMax: () => 3 }, calm);
    expect(violations[0]?.message).toMatch(/^G7: \d+ turns were taken, the limits allow 3/);
  });
});
