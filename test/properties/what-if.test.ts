/**
 * What-if tells what a real run under that budget uses, wherever no answer would have had to be shorter. The
 * rehearsal answers the same to the same request, so the run under the other budget can really be made.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WhatIf, whatIf } from '../../src/actors/what-if.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { callModel } from '../../src/hands/model/call-model.ts';
import type { ModelClient } from '../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { firstDifference } from '../../src/projections/comparison/first-difference.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { type Rehearsed, rehearse, type TeamOfTest } from './rehearsed-teams.ts';

const nobody: ModelClient = {
  rehearsal: true,
  key: 'nobody',
  reply: () => Promise.reject(new Error('what-if asks no model')),
};
const workers = { callModel: callModel({ client: nobody, prices: createPriceTable() }) };

const under = (stage: Rehearsed, events: readonly RecordedEvent[], tokens: number): WhatIf =>
  whatIf(events, { tokens }, { catalog: stage.runtime.catalog, workers });

const turnOf = (events: readonly RecordedEvent[], revision: number | null | undefined) =>
  events[revision ?? -1]?.meta.turn ?? Number.POSITIVE_INFINITY;

const settled = (events: readonly RecordedEvent[]) => project(metrics, events).settled.tokens;

/** Patterns that ask nobody for anything once a call was refused. */
const ENDS_AT_ONCE = ['review-loop', 'swarm', 'adversarial-debate', 'single-agent'];

/** The first revision at which the team would have been told of its budget. */
const warnedAt = ({ stops, neared }: WhatIf): number =>
  Math.min(
    stops?.revision ?? Number.POSITIVE_INFINITY,
    neared?.revision ?? Number.POSITIVE_INFINITY,
  );

const drawn = fc.record({
  pattern: fc.constantFrom(...ENDS_AT_ONCE, 'assembly-line'),
  seed: fc.integer({ min: 1, max: 500 }),
  synthesis: fc.constant(false),
  // From far too little, over the reach of 80 %, to more than enough.
  room: fc.integer({ min: -5_000, max: 40_000 }),
});

interface Seen {
  refused: number;
  neared: number;
  whole: number;
}

const agrees = (seen: Seen, spoiled = (told: WhatIf) => told.spent.tokens) =>
  fc.asyncProperty(drawn, async ({ room, ...team }: TeamOfTest & { room: number }) => {
    const stage = await rehearse(team);
    await stage.run('o', team);
    const recorded = await stage.events('o');
    const tokens = Math.round(settled(recorded) + room);
    fc.pre(tokens > 0);
    const told = under(stage, recorded, tokens);
    fc.pre(told.unsureFrom === null);
    await stage.run('r', { ...team, limits: { tokens } });
    const real = await stage.events('r');
    seen[told.stops?.why ?? 'whole'] += 1;
    if (ENDS_AT_ONCE.includes(team.pattern)) expect(spoiled(told)).toBe(settled(real));
    else expect(settled(real)).toBeGreaterThanOrEqual(spoiled(told));
    const parted = firstDifference(recorded, real);
    // Until it is told of its budget the team says what is recorded.
    expect(turnOf(recorded, parted?.revision)).toBeGreaterThanOrEqual(
      turnOf(recorded, warnedAt(told)),
    );
    expect(told.spent.tokens + told.saved.tokens).toBe(settled(recorded));
    expect(real.some(({ type }) => type === 'limit.neared')).toBe(told.neared !== null);
    await stage.close();
  });

describe('what if the budget had been another', () => {
  it('is what a real run under that budget uses, where requests do not depend on it', async () => {
    const seen = { refused: 0, neared: 0, whole: 0 };
    await fc.assert(agrees(seen), { numRuns: 25, seed: 4 });
    expect([seen.refused > 0, seen.whole > 0], JSON.stringify(seen)).toEqual([true, true]);
  });

  it('would be found out if it counted one token more', async () => {
    const seen = { refused: 0, neared: 0, whole: 0 };
    const oneMore = ({ spent }: WhatIf) => spent.tokens + 1;
    const { failed } = await fc.check(agrees(seen, oneMore), {
      numRuns: 10,
      seed: 4,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });

  it('names the call that would not have fitted, and what was made after it', async () => {
    const stage = await rehearse({ seed: 2 });
    await stage.run('o', { pattern: 'review-loop', seed: 2, synthesis: false });
    const told = under(stage, await stage.events('o'), 11_000);
    expect(told.stops).toMatchObject({
      why: 'refused',
      type: 'work.admitted',
      actor: 'reviewer-1',
    });
    expect(told.stops!.detail).toContain('of 11000 are free');
    expect(told.lost.modelCalls).toBeGreaterThan(0);
    expect(told.lost.artifacts.join()).toContain('Review of round 1');
    expect(told.lost.result).toBe(true);
  });

  it('begins no further round once 80 % were used, as a real run does not', async () => {
    const stage = await rehearse({ seed: 2, stubborn: true });
    const team = { pattern: 'review-loop', seed: 2, synthesis: false, rounds: 10 };
    await stage.run('o', { ...team, limits: { synthesisTokens: 0 } });
    const recorded = await stage.events('o');
    const whys = new Set<string>();
    for (const share of [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1]) {
      const tokens = Math.round(settled(recorded) * share);
      const told = under(stage, recorded, tokens);
      await stage.run(`r${share}`, { ...team, limits: { tokens, synthesisTokens: 0 } });
      expect(told.unsureFrom).toBeNull();
      expect(told.spent.tokens).toBe(settled(await stage.events(`r${share}`)));
      whys.add(told.stops?.why ?? 'whole');
    }
    expect(whys).toContain('neared');
  });

  it('says from where on a team would have gone on that its own budget ended', async () => {
    const stage = await rehearse({ seed: 2 });
    await stage.run('o', { pattern: 'review-loop', seed: 2, limits: { tokens: 11_000 } });
    const events = await stage.events('o');
    const refused = events.find(({ type }) => type === 'work.refused')!;
    expect(under(stage, events, 1_000_000)).toMatchObject({
      stops: null,
      goesOnAt: refused.revision,
      saved: { tokens: 0 },
    });
  });
});
