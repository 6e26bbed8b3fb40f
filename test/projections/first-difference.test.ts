/** Where two teams part, held on rehearsed teams and their forks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { firstDifference } from '../../src/projections/comparison/first-difference.ts';
import { cutsOf, rehearse } from '../properties/rehearsed-teams.ts';

async function reviewed(seed: number) {
  const stage = await rehearse({ seed });
  await stage.run('o', { pattern: 'review-loop', seed });
  const events = await stage.events('o');
  return { stage, events, cuts: cutsOf(events) };
}

describe('two teams', () => {
  it('do not part where a fork says everything again, however its revisions are shifted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), async (seed, which) => {
        const { stage, events, cuts } = await reviewed(seed);
        await stage.fork({ origin: 'o', at: cuts[which % cuts.length]!, team: 'f' });
        expect(firstDifference(events, await stage.events('f'))).toBeNull();
        await stage.close();
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  it('part at the first event whose words were changed, and nowhere before, from both sides', async () => {
    const { events } = await reviewed(4);
    const said = events.filter(({ type }) => /^(draft|review|changes|decision|round)\./.test(type));
    fc.assert(
      fc.property(fc.constantFrom(...said), ({ revision, data }) => {
        const changed = events.with(revision, {
          ...events[revision]!,
          data: { ...data, more: 'words' },
        });
        expect(firstDifference(events, changed)).toMatchObject({
          kind: 'content',
          revision,
          revisionB: revision,
        });
        expect(firstDifference(changed, events)).toMatchObject({ revision, revisionB: revision });
      }),
    );
  });

  it('part where one goes on and the other does not', async () => {
    const { events, cuts } = await reviewed(4);
    const shorter = events.slice(0, cuts[3]! + 1);
    expect(firstDifference(events, shorter)).toMatchObject({ kind: 'missing', b: null });
    expect(firstDifference(shorter, events)).toMatchObject({ kind: 'missing', a: null });
  });

  it('part by order where the same is heard the other way round', async () => {
    const stage = await rehearse({ seed: 4 });
    await stage.run('o', { pattern: 'swarm', seed: 4 });
    const events = await stage.events('o');
    const turns = new Map<number, RecordedEvent[]>();
    for (const event of events)
      turns.set(event.meta.turn, [...(turns.get(event.meta.turn) ?? []), event]);
    const [first, second] = events
      .filter(({ type }) => type === 'model.replied')
      .map(({ meta }) => meta.turn);
    const order = [...turns.keys()].map((turn) =>
      turn === first ? second! : turn === second ? first! : turn,
    );
    const swapped = order
      .flatMap((turn) => turns.get(turn)!)
      .map((event, revision) => ({ ...event, revision }));
    expect(firstDifference(events, swapped)?.kind).toBe('order');
  });

  it('are not told apart by times, ids, hashes, latency and what was used', async () => {
    const { events } = await reviewed(4);
    const later = events.map((event) => ({
      ...event,
      id: 'other',
      meta: { ...event.meta, at: event.meta.at + 1 },
      data: {
        ...event.data,
        ...(event.type === 'model.replied' ? { latencyMs: 9, requestHash: 'x', usage: {} } : {}),
      },
    }));
    expect(firstDifference(events, later)).toBeNull();
  });
});
